"""Refuse a checkpoint that does not fit, which mmengine would load in parts and only log."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from avs_mm.checkpoint import check_fit
from avs_mm.registry import HOOKS


@HOOKS.register_module()
class CheckpointFitHook(Hook):
    """Check every key and shape of what ``load_from`` or ``--resume`` reads.

    A misfit is a ValueError; to start from a network of other categories, use the model's
    ``initial_weights``.
    """

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        model = runner.model.module if is_model_wrapper(runner.model) else runner.model
        path = runner.cfg.get("load_from") or f"the checkpoint of {runner.work_dir}"
        check_fit(model, checkpoint.get("state_dict", checkpoint), path)
