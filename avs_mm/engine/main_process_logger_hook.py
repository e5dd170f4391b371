"""One process alone writes what a test has measured."""

from mmengine.dist import is_main_process
from mmengine.hooks import LoggerHook
from mmengine.runner import Runner

from avs_mm.registry import HOOKS

__all__ = ["MainProcessLoggerHook"]


@HOOKS.register_module()
class MainProcessLoggerHook(LoggerHook):
    """mmengine's ``LoggerHook``, whose JSON of a test only the main process writes.

    mmengine lets every process write the same file; two that write at once leave the end of the
    longer text behind the shorter one. Arguments are those of ``LoggerHook``.
    """

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Log the metrics and write them, in the main process."""
        if is_main_process():
            super().after_test_epoch(runner, metrics)
