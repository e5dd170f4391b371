"""Whether the extra that the page needs is installed."""

from importlib.util import find_spec

__all__ = ["has_gradio", "require_gradio"]


def has_gradio() -> bool:
    """Whether gradio is installed; a folder of that name is no package."""
    spec = find_spec("gradio")
    return spec is not None and spec.origin is not None


def require_gradio() -> None:
    """Say what to install where gradio is missing.

    Raises:
        RuntimeError: It is. Not an ImportError, as in ``avs_mm/stack.py``.
    """
    if not has_gradio():
        raise RuntimeError("the page needs gradio, which is missing: pip install 'avs_mm[page]'")
