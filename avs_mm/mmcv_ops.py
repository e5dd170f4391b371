"""A stand-in for mmcv's compiled ops where mmcv has none: mmcv-lite, or onedl-mmcv from PyPI.

mmseg and mmdet import ``mmcv.ops`` at the top of many files, so without compiled ops neither can be
imported, although of the models used here only Mask2Former calls one, and on a GPU alone. The
stand-in lets these imports pass, has that one in PyTorch, and fails at the call of any other. An
mmcv with compiled ops is left alone.

A config of mmseg or mmdet resolves ``avs_mm.X`` only after that project imported its own models,
too late for anything in avs_mm. Therefore setup.py names ``supply_missing_ops`` among the entry
points ``torch.backends``, which torch calls at the end of its own import, and therefore this module
and ``avs_mm/__init__.py`` import the standard library alone.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType
from typing import Any, NoReturn

from avs_mm.stack import find_stack

__all__ = ["MissingOps", "supply_missing_ops"]

EXTENSION = "mmcv._ext"
VERSION_QUERIES = ("get_compiler_version", "get_compiling_cuda_version")
IN_PYTORCH = ("ms_deform_attn_forward", "ms_deform_attn_backward")


class MissingOps(ModuleType):
    """The module ``mmcv._ext`` of an mmcv without compiled ops: it has every op.

    Deformable attention is computed in PyTorch (``avs_mm.deformable_attention``). The two version
    queries of mmcv's environment report answer as on mmcv-lite alone: "n/a". Any other op raises.
    """

    def __getattr__(self, op: str) -> Callable[..., Any]:
        if op.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {op!r}")
        if op in VERSION_QUERIES:
            return lambda: "n/a"
        if op in IN_PYTORCH:
            return partial(_in_pytorch, op)

        def missing_op(*args: object, **kwargs: object) -> NoReturn:
            raise NotImplementedError(
                f"the compiled op mmcv._ext.{op} was called, but the installed mmcv has no "
                f"compiled ops. Put one that has in its place (docs/installation.md): {_remedy()}"
            )

        return missing_op


def supply_missing_ops() -> None:
    """Put a ``MissingOps`` in the place of ``mmcv._ext`` if the installed mmcv has none."""
    if EXTENSION in sys.modules:
        return
    folders = _mmcv_folders()
    if not folders or PathFinder.find_spec(EXTENSION, folders) is not None:
        return
    stand_in = MissingOps(EXTENSION)
    # A spec, because mmengine looks for it; without a loader, so that mmengine sees no full mmcv.
    stand_in.__spec__ = ModuleSpec(EXTENSION, loader=None)
    sys.modules[EXTENSION] = stand_in


def _in_pytorch(op: str, *args: Any, **kwargs: Any) -> Any:
    # Imported at the call: this module needs the standard library alone.
    return getattr(import_module("avs_mm.deformable_attention"), op)(*args, **kwargs)


def _mmcv_folders() -> list[str]:
    """The folders of the mmcv package, found without importing it; none where mmcv is missing."""
    if sys.modules.get("mmcv") is not None:
        locations: Iterable[str] | None = getattr(sys.modules["mmcv"], "__path__", None)
    else:
        spec = find_spec("mmcv")
        locations = spec.submodule_search_locations if spec is not None else None
    return list(locations or ())


def _remedy() -> str:
    """The commands that bring the full mmcv of the installed stack; ``find_stack`` knows it."""
    if "onedl-mmcv" in find_stack()["mmcv"]:
        return "pip install --no-build-isolation --force-reinstall --no-deps onedl-mmcv"
    return "pip uninstall mmcv-lite && pip install --no-build-isolation mmcv==2.1.0"
