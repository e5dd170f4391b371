"""Find and read the checkpoints that mmengine's runner writes."""

import pickle
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import HistoryBuffer, print_log
from torch import Tensor, nn


def find_checkpoint(path: str | Path) -> Path:
    """Return the checkpoint that ``path`` names: a file, a work dir's best one, else its last.

    Raises:
        FileNotFoundError: there is none; the message says how to make one.
    """
    path = Path(path)
    if path.is_file():
        return path
    best = sorted(path.glob("best_*.pth"), key=lambda file: file.stat().st_mtime)
    if best:
        return best[-1]
    last = path / "last_checkpoint"  # mmengine's note of its newest checkpoint
    if last.is_file() and Path(last.read_text().strip()).is_file():
        return Path(last.read_text().strip())
    raise FileNotFoundError(
        f"no checkpoint at {path}: neither a file, nor a work dir with best_*.pth or "
        "last_checkpoint. Train it first (python tools/train.py CONFIG), or give the path of one."
    )


def read_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint file; return its state dict and its meta (empty where it has none).

    Nothing in the file is run: beside tensors it may hold the log that mmengine's runner saves.

    Raises:
        ValueError: the file is not a checkpoint, or asks to run code.
    """
    try:
        with torch.serialization.safe_globals(_LOG_OF_A_RUN):
            checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, OSError, RuntimeError, EOFError) as error:
        code = re.search(r"unsupported global.*|getattr of .*", str(error), re.IGNORECASE)
        fault = (
            f"asks to run code while it is read, which weights never need ({code[0]})"
            if code
            else "cannot be read as a checkpoint: it is damaged, cut short or something else"
        )
        raise ValueError(f"{path}: {fault}. Give a .pth file of tools/train.py.") from error
    state_dict = checkpoint.get("state_dict", checkpoint) if isinstance(checkpoint, dict) else None
    if not state_dict or not all(isinstance(value, Tensor) for value in state_dict.values()):
        raise ValueError(f"{path}: has no state dict. Give a .pth file of tools/train.py.")
    return state_dict, checkpoint.get("meta", {})


def _method_of_history(owner: Any, name: str) -> Any:
    """Stand for the ``getattr`` by which mmengine's log names its statistics, and no other."""
    if owner is HistoryBuffer and name in ("min", "max", "mean", "current"):
        return getattr(owner, name)
    raise pickle.UnpicklingError(f"getattr of {name!r}")


_LOG_OF_A_RUN = [
    HistoryBuffer,
    np.ndarray,
    np.dtype,
    *(getattr(np.dtypes, name) for name in ("Float64DType", "Float32DType", "Int64DType")),
    # How an array and a number are pickled; numpy 1 and 2 name the module differently.
    *(
        (value.__reduce__()[0], f"numpy.{core}.multiarray.{name}")
        for core in ("core", "_core")
        for name, value in (("_reconstruct", np.zeros(1)), ("scalar", np.float64(0)))
    ),
    (_method_of_history, "builtins.getattr"),
]


def load_strictly(module: nn.Module, path: Path, *, may_be_reshaped: str = "") -> dict[str, Any]:
    """Load a checkpoint of which every key and shape must be the module's; return its meta.

    Args:
        may_be_reshaped: Keys that begin with this keep the module's own values where shapes differ.

    Raises:
        ValueError: the file does not fit; the message lists the keys.
    """
    state_dict, meta = read_checkpoint(path)
    own = module.state_dict()
    kept = {
        key
        for key in own.keys() & state_dict.keys()
        if may_be_reshaped
        and key.startswith(may_be_reshaped)
        and own[key].shape != state_dict[key].shape
    }
    state_dict = {**state_dict, **{key: own[key] for key in kept}}
    check_fit(module, state_dict, path)
    module.load_state_dict(state_dict)
    without = f" but for {_listed(kept)}" if kept else ""
    print_log(f"{type(module).__name__} has its weights from {path}{without}", logger="current")
    return meta


def check_fit(module: nn.Module, state_dict: dict[str, Tensor], path: str | Path) -> None:
    """Compare keys and shapes; a difference is a ValueError that lists the keys."""
    own = module.state_dict()
    missing = {
        key
        for key, value in own.items()
        if key not in state_dict or state_dict[key].shape != value.shape
    }
    unexpected = state_dict.keys() - own.keys()
    if missing or unexpected:
        raise ValueError(
            f"{path} does not fit {type(module).__name__}. Missing in the file, or of another "
            f"shape: {_listed(missing)}. Not in the model: {_listed(unexpected)}. Give a "
            "checkpoint of the same config."
        )


def _listed(keys: Collection[str]) -> str:
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return (", ".join(sorted(keys)[:5]) or "none") + more
