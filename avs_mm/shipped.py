"""Where the configs are: beside the package in a checkout, inside it once it is installed."""

from pathlib import Path

__all__ = ["configs_dir"]

PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Return the folder of the shipped configs, e.g. for ``configs_dir() / "avs_avsc.py"``.

    Raises:
        FileNotFoundError: no ``.mim/configs`` of a wheel and no ``configs`` of a checkout.
    """
    candidates = (PACKAGE / ".mim" / "configs", PACKAGE.parent / "configs")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    places = " and ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"no configs of avs_mm at {places}: reinstall with pip install .")
