"""Refuse a checkpoint that does not fit, which mmengine would load in parts and only log."""

from typing import Any, Literal

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim.optimizer import BaseOptimWrapper
from mmengine.runner import Runner, find_latest_checkpoint
from torch import nn

from avs_mm.checkpoint import check_fit, state_dict_in
from avs_mm.models.audio import AudioEncoder
from avs_mm.registry import HOOKS
from avs_mm.safe_load import load_weights_only
from avs_mm.weights.names import NAMES

__all__ = ["CheckpointFitHook"]


@HOOKS.register_module()
class CheckpointFitHook(Hook):
    """Check what ``load_from`` or ``--resume`` reads: no code, and every key and shape.

    Training may also start from weights of others. Those of ``tools/convert_weights.py`` become the
    ``initial_weights`` of stage 1 or of TPAVI, or its ``backbone_weights`` where they are a
    backbone alone; the original file of a model's audio encoder becomes that encoder's
    ``checkpoint``. They take the place of the files that the config names there. So do the names of
    docs/weights.md.

    A model with an ``AudioSetHead`` has all its weights from its config: without ``load_from`` it
    is given them before a test.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: A file asks to run code, which mmengine would do, or does not fit the model.
    """

    def before_run(self, runner: Runner) -> None:
        """Read the file before mmengine does; name it to the model if it is of others."""
        resume, path = runner.cfg.get("resume"), runner.cfg.get("load_from")
        if resume and path is None:
            path = find_latest_checkpoint(runner.work_dir)
        model: Any = _bare(runner)
        if path is None:
            if not _trains(runner) and getattr(model, "needs_no_training", False):
                model.init_weights()
            return
        if str(path) in NAMES:
            _name_to_model(runner, str(path))
            return
        contents = load_weights_only(
            path, remedy="Give load_from a file of tools/train.py or tools/convert_weights.py."
        )
        match _start_of_training(runner, contents):
            case "network":
                model.initial_weights, model.backbone_weights = path, None
            case "backbone":
                model.initial_weights, model.backbone_weights = None, path
            case "audio encoder":
                model.audio_encoder.checkpoint = path
            case None:
                state_dict_in(contents, path)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare what mmengine has read with the model, before it is loaded."""
        model = _bare(runner)
        if _start_of_training(runner, checkpoint) is not None:
            # The model's init_weights, which comes first, has loaded the file: it stays as it is.
            checkpoint["state_dict"] = model.state_dict()
            return
        path = runner.cfg.get("load_from") or f"the checkpoint of {runner.work_dir}"
        check_fit(model, checkpoint.get("state_dict", checkpoint), path)


def _bare(runner: Runner) -> nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _trains(runner: Runner) -> bool:
    return isinstance(runner.optim_wrapper, BaseOptimWrapper)  # built for training only


def _name_to_model(runner: Runner, name: str) -> None:
    """Let the model's own initialisation bring published weights, instead of mmengine."""
    model: Any = _bare(runner)
    encoder = getattr(model, "audio_encoder", None)
    if not _trains(runner):
        raise ValueError(
            f"{name} is a part of a model, not a checkpoint to test: leave it out of load_from "
            "and test a config that names it (configs/zero_shot)"
        )
    if name == "beats-audioset" and isinstance(encoder, AudioEncoder):
        encoder.checkpoint = name
    elif hasattr(model, "initial_weights"):
        model.initial_weights, model.backbone_weights = name, None
    else:
        raise ValueError(f"{type(model).__name__} has no use for {name}: leave it out of load_from")
    runner._load_from = None


def _start_of_training(
    runner: Runner, contents: Any
) -> Literal["network", "backbone", "audio encoder"] | None:
    """Say what a training starts from, if the file holds weights of others; None else."""
    if not _trains(runner) or runner.cfg.get("resume") or not isinstance(contents, dict):
        return None
    model = _bare(runner)
    converted = "kind" in (contents.get("meta") or {})
    if converted and hasattr(model, "initial_weights"):
        alone = all(key.startswith("backbone.") for key in contents["state_dict"])
        return "backbone" if alone else "network"
    encoder = getattr(model, "audio_encoder", None)
    known = encoder.original_keys if isinstance(encoder, AudioEncoder) else frozenset()
    return "audio encoder" if known and known <= contents.keys() else None
