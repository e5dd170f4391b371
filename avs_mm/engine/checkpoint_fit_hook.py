"""Refuse a checkpoint that does not fit, which mmengine would load in parts and only log."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.optim.optimizer import BaseOptimWrapper
from mmengine.runner import Runner, find_latest_checkpoint
from torch import nn

from avs_mm.checkpoint import check_fit
from avs_mm.models import AVSC, PotentialObjectSegmentor
from avs_mm.models.baselines import TPAVI
from avs_mm.registry import HOOKS
from avs_mm.safe_load import read_without_running_code

# Keys at the top of the files that BEATs and VGGish read as they are
ENCODER_FILES = ({"cfg", "model"}, {"features.0.weight", "embeddings.0.weight"})


@HOOKS.register_module()
class CheckpointFitHook(Hook):
    """Check what ``load_from`` or ``--resume`` reads: no code, and every key and shape.

    Training may also start from weights of others. Those of ``tools/convert_weights.py`` are
    loaded as the ``initial_weights`` of stage 1 or of TPAVI, or as its ``backbone_weights`` where
    they are a backbone alone; the original files of BEATs and VGGish as the ``checkpoint`` of the
    ``audio_encoder`` of stage 2 or of TPAVI. They take the place of the files that the config names
    there.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a file asks to run code, which mmengine would do, or does not fit the model.
    """

    def before_run(self, runner: Runner) -> None:
        """Read the file before mmengine does."""
        resume, path = runner.cfg.get("resume"), runner.cfg.get("load_from")
        if resume and path is None:
            path = find_latest_checkpoint(runner.work_dir)
        if path is None:
            return
        contents = read_without_running_code(
            path, remedy="Give load_from a file of tools/train.py or tools/convert_weights.py."
        )
        trains = isinstance(runner.optim_wrapper, BaseOptimWrapper)  # built for training only
        if trains and not resume and _starts_from(_bare(runner), path, contents):
            runner._load_from = None  # the model loads it in its init_weights, which come next

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Compare what mmengine has read with the model, before it is loaded."""
        path = runner.cfg.get("load_from") or f"the checkpoint of {runner.work_dir}"
        check_fit(_bare(runner), checkpoint.get("state_dict", checkpoint), path)


def _bare(runner: Runner) -> nn.Module:
    return runner.model.module if is_model_wrapper(runner.model) else runner.model


def _starts_from(model: nn.Module, path: str, contents: Any) -> bool:
    """Name the file as the model's own initial weights, if it holds weights of others."""
    if not isinstance(contents, dict):
        return False
    converted = "kind" in (contents.get("meta") or {})
    if converted and isinstance(model, PotentialObjectSegmentor | TPAVI):
        whole = any(not key.startswith("backbone.") for key in contents["state_dict"])
        model.initial_weights, model.backbone_weights = (path, None) if whole else (None, path)
        return True
    if isinstance(model, AVSC | TPAVI) and any(keys <= contents.keys() for keys in ENCODER_FILES):
        model.audio_encoder.checkpoint = path
        return True
    return False
