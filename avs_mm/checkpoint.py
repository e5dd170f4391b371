"""Find, read and load checkpoints, of mmengine's runner and of others; nothing loads in parts."""

import logging
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from torch import Tensor, nn

from avs_mm.safe_load import load_weights_only
from avs_mm.weights.hf_architecture import read_published_segmentor
from avs_mm.weights.hub import resolve_name
from avs_mm.weights.names import HUB_WEIGHTS
from avs_mm.work_dir import newest_resumable

__all__ = [
    "WHERE_TO_GET_BACKBONES",
    "check_fit",
    "find_checkpoint",
    "load_backbone",
    "load_strictly",
    "read_checkpoint",
    "state_dict_in",
    "warn_of_random_weights",
]

REMEDY = "Give a .pth file of tools/train.py or tools/convert_weights.py."
REMEDY_WITHOUT_AUDIO = (
    "All but the audio encoder is there. If it is AVSBench's official TPAVI, convert it with "
    "tools/convert_weights.py tpavi IN OUT --vggish vggish-10086976.pth."
)
WHERE_TO_GET_BACKBONES = (
    "The authors start from a backbone trained on ImageNet: convert one (docs/weights.md) and give "
    "--cfg-options model.backbone_weights=FILE; model.from_scratch=True says that random ones are "
    "meant."
)


def find_checkpoint(path: str | Path) -> Path:
    """Return the checkpoint that ``path`` names: a file, a work dir's best one, else its last.

    Or the file of published weights, by their name in docs/weights.md.

    Raises:
        FileNotFoundError: there is none; the message says how to make one.
        ValueError: a work dir has no best one, and none of the others is whole.
    """
    path = resolve_name(path)
    if path.is_file():
        return path
    best = sorted(path.glob("best_*.pth"), key=lambda file: file.stat().st_mtime)
    if best:
        return best[-1]
    last = newest_resumable(path)
    if last is not None:
        return last
    raise FileNotFoundError(
        f"no checkpoint at {path}: neither a file, nor a work dir with best_*.pth, "
        "epoch_*.pth or iter_*.pth. Train it first (python tools/train.py CONFIG), or give the "
        "path of one."
    )


def read_checkpoint(path: str | Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read a checkpoint file; return its state dict and its meta (empty where it has none).

    A segmentor of the Hugging Face hub, with its ``config.json`` beside it, is converted.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is not a checkpoint, or asks to run code.
    """
    path = Path(path)
    if path.name in HUB_WEIGHTS and (path.parent / "config.json").is_file():
        return read_published_segmentor(path), {}
    checkpoint = load_weights_only(path, remedy=REMEDY)
    return state_dict_in(checkpoint, path), checkpoint.get("meta") or {}


def state_dict_in(contents: Any, path: str | os.PathLike) -> dict[str, Tensor]:
    """Return the state dict of what was read from a checkpoint; a ValueError where it has none."""
    found = contents.get("state_dict", contents) if isinstance(contents, dict) else None
    if not isinstance(found, dict) or not found or not _all_tensors(found):
        raise ValueError(f"{path}: has no state dict. {REMEDY}")
    return found


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


def load_backbone(backbone: nn.Module, path: str | Path) -> None:
    """Load the backbone of a classifier or of another network; the rest of it is not used.

    Args:
        path: Checkpoint or work dir: its ``backbone.*``, or all of it where no key begins so.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the backbone in it does not fit; the message lists the keys.
    """
    path = find_checkpoint(path)
    state_dict, _ = read_checkpoint(path)
    own = [key for key in state_dict if key.startswith("backbone.")] or [*state_dict]
    weights = {key.removeprefix("backbone."): state_dict[key] for key in own}
    # The norms of a Swin's four maps are in no classifier.
    new_norms = {
        key: value
        for key, value in backbone.state_dict().items()
        if re.fullmatch(r"norm\d\.(weight|bias)", key)
    }
    weights = {**new_norms, **weights}
    check_fit(backbone, weights, path)
    backbone.load_state_dict(weights)
    unused = state_dict.keys() - own
    without = f"; not used: {_listed(unused)}" if unused else ""
    print_log(f"the backbone has its weights from {path}{without}", logger="current")


def warn_of_random_weights(module: nn.Module, remedy: str) -> None:
    """Log that a module whose weights should be trained begins with random ones."""
    message = f"{type(module).__name__} has random weights. {remedy}"
    print_log(message, logger="current", level=logging.WARNING)


def check_fit(
    module: nn.Module,
    state_dict: Mapping[str, Any],
    path: str | os.PathLike,
    *,
    remedy: str = "Give a checkpoint of the same config.",
) -> None:
    """Compare keys and shapes; a difference, or a NaN, is a ValueError that lists the keys."""
    own = module.state_dict()
    faults = {
        "missing": own.keys() - state_dict.keys(),
        "unexpected": state_dict.keys() - own.keys(),
        "of another shape": {
            f"{key} {tuple(state_dict[key].shape)}, not {tuple(own[key].shape)}"
            for key in own.keys() & state_dict.keys()
            if state_dict[key].shape != own[key].shape
        },
    }
    listed = "; ".join(f"{fault}: {_listed(keys)}" for fault, keys in faults.items() if keys)
    if listed:
        own_audio = {key for key in own if key.startswith("audio_encoder.")}
        if faults == {"missing": own_audio, "unexpected": set(), "of another shape": set()}:
            remedy = REMEDY_WITHOUT_AUDIO
        raise ValueError(f"{path} does not fit {type(module).__name__}: {listed}. {remedy}")
    if diverged := [key for key in own if not _is_finite(state_dict[key])]:
        raise ValueError(
            f"{path} holds NaN or infinity in {_listed(diverged)}: its training diverged, so give "
            "an earlier checkpoint"
        )


def _all_tensors(state_dict: dict) -> bool:
    return all(isinstance(value, Tensor) for value in state_dict.values())


def _is_finite(weights: Tensor) -> bool:
    has_values = weights.is_floating_point() and not weights.is_meta
    return not has_values or bool(weights.isfinite().all())


def _listed(keys: Collection[str]) -> str:
    more = f" and {len(keys) - 5} more" if len(keys) > 5 else ""
    return ", ".join(sorted(keys)[:5]) + more
