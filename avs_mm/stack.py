"""Which of OpenMMLab's packages are installed, and what to install where some are missing.

Two stacks have the same import names: OpenMMLab's own distributions, and those of the fork that
OneDL maintains. pip does not know that and writes one over the other, so the package requires
neither: the extras ``openmmlab`` with ``lite``, and ``onedl``, name them. This module imports the
standard library alone, because make runs it before anything is installed.
"""

import sys
from collections.abc import Collection, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

__all__ = ["LEAST_TORCH", "check_torch", "extras_to_install", "find_stack", "require_openmmlab"]

LEAST_TORCH = "2.6"
DISTRIBUTIONS = {  # of each package: those that write files into its folder
    "mmengine": ("mmengine", "onedl-mmengine"),
    "mmcv": ("mmcv", "mmcv-full", "mmcv-lite", "onedl-mmcv"),
    "mmdet": ("mmdet", "onedl-mmdetection"),
    "mmseg": ("mmsegmentation", "onedl-mmsegmentation"),
}


def require_openmmlab() -> None:
    """Import mmcv where every package of OpenMMLab is installed, or say what to install.

    Raises:
        RuntimeError: A package is not installed, or a system library that OpenCV needs is not. Not
            an ImportError: mmengine's registries swallow that and report ``avs_mm.X`` as unknown.
    """
    missing = [package for package in DISTRIBUTIONS if not _is_installed(package)]
    if missing:
        extras = ",".join(extras_to_install(find_stack()))
        raise RuntimeError(
            f"avs_mm needs OpenMMLab's packages, and {', '.join(missing)} cannot be found: "
            f"pip install 'avs_mm[{extras}]' (the other choices: docs/installation.md)."
        )
    try:
        import mmcv  # noqa: F401
    except ImportError as error:
        if not any(library in str(error) for library in ("libGL", "libgthread", "libglib")):
            raise
        raise RuntimeError(
            f"OpenCV cannot be loaded ({error}). Either apt-get install libgl1 libglib2.0-0, "
            "or take the build without windows: pip uninstall opencv-python && "
            "pip install opencv-python-headless"
        ) from error


def check_torch(version: str) -> None:
    """Raise a RuntimeError if this version of torch is too old."""
    least, given = (tuple(map(int, text.split(".")[:2])) for text in (LEAST_TORCH, version))
    if given < least:
        raise RuntimeError(
            f"avs_mm needs torch {LEAST_TORCH} or newer, and torch {version} is installed: "
            f"pip install 'torch>={LEAST_TORCH}'."
        )


def find_stack() -> dict[str, dict[str, str]]:
    """Find the distributions that each package of OpenMMLab was installed from.

    Returns:
        Of each package the names and versions of its distributions: none where it is missing,
        several where they have written over each other. A folder on the path that was not
        installed has the package's name, and no version.
    """
    return {
        package: (_versions(names) or {package: ""}) if _is_installed(package) else {}
        for package, names in DISTRIBUTIONS.items()
    }


def extras_to_install(found: Mapping[str, Collection[str]]) -> list[str]:
    """Choose the extras that complete an environment and write over nothing in it.

    Args:
        found: The names of the distributions of each package, as ``find_stack`` gives them.

    Raises:
        RuntimeError: There is no such choice, because the stacks are mixed.
    """
    for package, distributions in found.items():
        if len(distributions) > 1:
            raise RuntimeError(
                f"{' and '.join(sorted(distributions))} have written over each other's files: "
                f"pip uninstall both, then install the one that is to give {package}."
            )
    missing = [package for package, distributions in found.items() if not distributions]
    if not missing:
        return []
    names = sorted(name for distributions in found.values() for name in distributions)
    fork = [name for name in names if name.startswith("onedl-")]
    stock = [name for name in names if name not in fork]
    if fork and stock:
        raise RuntimeError(
            f"OneDL's {', '.join(fork)} and OpenMMLab's {', '.join(stock)} are both installed, so "
            f"nothing says which {' and '.join(missing)} is wanted: pip uninstall one side."
        )
    if fork:
        return ["onedl"]
    wanted = {"openmmlab": missing != ["mmcv"], "lite": "mmcv" in missing}
    return [extra for extra, is_wanted in wanted.items() if is_wanted]


def _is_installed(package: str) -> bool:
    """Whether an import would find it; a folder left behind by an uninstall does not count."""
    if sys.modules.get(package) is not None:
        return True
    spec = find_spec(package)
    return spec is not None and spec.origin is not None


def _versions(names: Collection[str]) -> dict[str, str]:
    versions = {}
    for name in names:
        try:
            versions[name] = distribution(name).version
        except PackageNotFoundError:
            continue
    return versions
