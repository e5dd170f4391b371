"""Where configs and tools are: beside the package in a checkout, inside it once it is installed."""

from pathlib import Path

__all__ = ["configs_dir", "tools_dir"]

PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Return the folder of the shipped configs, e.g. for ``configs_dir() / "avs_avsc.py"``.

    Raises:
        FileNotFoundError: no ``.mim/configs`` of a wheel and no ``configs`` of a checkout.
    """
    return _shipped("configs")


def tools_dir() -> Path:
    """Return the folder of the shipped tools; beside it are the configs.

    Raises:
        FileNotFoundError: no ``.mim/tools`` of a wheel and no ``tools`` of a checkout.
    """
    return _shipped("tools")


def _shipped(name: str) -> Path:
    candidates = (PACKAGE / ".mim" / name, PACKAGE.parent / name)
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    places = " and ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"no {name} of avs_mm at {places}: reinstall with pip install .")
