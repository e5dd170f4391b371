"""Catch up with the validation during which a training was interrupted."""

from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, EpochBasedTrainLoop, Runner

from avs_mm.registry import HOOKS

__all__ = ["UnfinishedValidationHook"]

VALIDATED = "validated_at"  # in every checkpoint: the epoch (iteration) of the last validation


@HOOKS.register_module()
class UnfinishedValidationHook(Hook):
    """Validate a resumed checkpoint first if the validation that belonged to it did not end.

    An epoch's checkpoint is saved before its validation. mmengine goes on with the next epoch, so
    that a run that ended in between would never know whether that epoch was the best.
    """

    priority = "LOWEST"  # after the checkpoint hook has found the best one so far

    def before_train(self, runner: Runner) -> None:
        """Validate if that is due."""
        loop, done = runner.train_loop, _progress(runner)
        if runner.val_loop is None or done < max(loop.val_begin, 1):
            return
        last = done == (
            loop.max_epochs if isinstance(loop, EpochBasedTrainLoop) else loop.max_iters
        )
        due = done % loop.val_interval == 0 or last
        if due and runner.message_hub.runtime_info.get(VALIDATED) != done:
            runner.val_loop.run()

    def before_val(self, runner: Runner) -> None:
        """Note the validation for the checkpoints that are saved after it."""
        if isinstance(runner._train_loop, BaseLoop):  # the property would build one
            runner.message_hub.update_info(VALIDATED, _progress(runner))


def _progress(runner: Runner) -> int:
    """Return the number of epochs, or iterations, that are done."""
    loop = runner.train_loop
    return loop.epoch if isinstance(loop, EpochBasedTrainLoop) else loop.iter
