"""Whether the extra that the page needs is installed."""

from importlib.util import find_spec

__all__ = ["require_gradio"]


def require_gradio() -> None:
    """Say what to install where gradio is missing.

    Raises:
        RuntimeError: It is. Not an ImportError, as in ``avs_mm/stack.py``.
    """
    if find_spec("gradio") is None:
        raise RuntimeError("the page needs gradio, which is missing: pip install 'avs_mm[page]'")
