"""Import yapf, by which mmengine writes configs, in several processes at once."""

import importlib
import pickle
import time

__all__ = ["import_yapf"]

ATTEMPTS = 50
PAUSE = 0.1  # seconds


def import_yapf() -> None:
    """Import yapf, again where another process is writing its grammar just then.

    The first import after an installation writes the grammar to the user's cache, in place. Who
    reads half of it meets the end of the file. Upstream should rename a complete file.

    Raises:
        EOFError, pickle.UnpicklingError: The file stays incomplete, for five seconds.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            importlib.import_module("yapf.yapflib.yapf_api")
        except (EOFError, pickle.UnpicklingError):
            if attempt == ATTEMPTS:
                raise
            time.sleep(PAUSE)
        else:
            return
