"""Whether the extra that the page needs is installed."""

import os
from importlib.util import find_spec

__all__ = ["require_gradio"]


def require_gradio() -> None:
    """Let gradio report nothing to its makers, or say what to install.

    Raises:
        RuntimeError: gradio is not installed. Not an ImportError, as in ``avs_mm/stack.py``.
    """
    # gradio reads both when it is imported.
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    os.environ.setdefault("GRADIO_RUN_HISTORY", "False")
    if find_spec("gradio") is None:
        raise RuntimeError("the page needs gradio, which is missing: pip install 'avs_mm[page]'")
