"""Where configs and tools are: beside the package in a checkout, inside it once it is installed."""

from pathlib import Path

__all__ = ["config_file", "configs_dir", "tools_dir"]

PACKAGE = Path(__file__).resolve().parent


def configs_dir() -> Path:
    """Return the folder of the shipped configs, e.g. for ``configs_dir() / "avs_avsc.py"``.

    Raises:
        FileNotFoundError: no ``.mim/configs`` of a wheel and no ``configs`` of a checkout.
    """
    return _shipped("configs")


def config_file(name: str) -> str:
    """Return the path of a shipped config, for ``_base_`` of a config in another project.

    mmengine evaluates the line of ``_base_`` by itself, before any import of the file, so there:
    ``_base_ = __import__("avs_mm").config_file("mini/seg.py")``.

    Args:
        name: Below ``configs``, with or without ".py", such as "avs_avsc.py" or "mini/seg".

    Raises:
        FileNotFoundError: There is no such config; the message names those of the same file name,
            else all.
    """
    folder = configs_dir()
    relative = name.removesuffix(".py") + ".py"
    if (folder / relative).is_file():
        return str(folder / relative)
    shipped = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    alike = [other for other in shipped if Path(other).name == Path(relative).name]
    raise FileNotFoundError(
        f"avs_mm has no config {relative}; it has {', '.join(alike or shipped)}"
    )


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
