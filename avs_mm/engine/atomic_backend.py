"""Let what writes through mmengine's file backends leave whole files or none."""

import os
from pathlib import Path

from mmengine.fileio import LocalBackend, register_backend

from avs_mm.atomic_write import atomic_write

__all__ = ["ATOMIC", "AtomicLocalBackend"]

ATOMIC = "avs_mm.atomic"  # its name among mmengine's backends


@register_backend(ATOMIC, force=True)
class AtomicLocalBackend(LocalBackend):
    """mmengine's ``LocalBackend``, of which ``put`` writes beside, flushes to the disk and renames.

    Raises:
        OSError: The file could not be written; what stood there before still does.
    """

    def put(self, obj: bytes, filepath: str | Path) -> None:
        """Write bytes to ``filepath``."""
        path = Path(filepath)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with atomic_write(path) as unfinished, unfinished.open("wb") as file:
                file.write(obj)
                file.flush()
                os.fsync(file.fileno())
            _flush_folder(path.parent)
        except OSError as error:
            raise OSError(
                error.errno, f"{error.strerror}; go on from the last checkpoint with --resume"
            ) from error


def _flush_folder(folder: Path) -> None:
    """Let a rename outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
