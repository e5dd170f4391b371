"""End a training that has diverged, before NaN reaches a checkpoint."""

import math
from typing import Any

from mmengine.hooks import Hook
from mmengine.optim import AmpOptimWrapper
from mmengine.runner import Runner

from avs_mm.registry import HOOKS

__all__ = ["FiniteLossHook"]

SKIPPED = 100  # iterations; a float16 loss scale halves at each until it fits


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop where the loss, or the norm of its gradient where that is clipped, is no number.

    Otherwise training goes on with weights of NaN, until the matching of masks says "matrix
    contains invalid numeric entries" or for ever. Under float16, whose loss scaling leaves such
    iterations out, only the hundredth in a row ends it.

    Raises:
        FloatingPointError: In the iteration itself.
    """

    def __init__(self) -> None:
        self.since: int | None = None  # first iteration of those that are NaN now

    def after_train_iter(
        self,
        runner: Runner,
        batch_idx: int,
        data_batch: Any = None,
        outputs: dict[str, Any] | None = None,
    ) -> None:
        """Look at the losses of the iteration."""
        diverged = sorted(name for name, value in (outputs or {}).items() if not _finite(value))
        norms = runner.message_hub.log_scalars.get("train/grad_norm")
        if norms is not None and not _finite(norms.current()):
            diverged.append("the gradient's norm")
        if not diverged:
            self.since = None
            return
        self.since = runner.iter + 1 if self.since is None else self.since
        allowed = SKIPPED if isinstance(runner.optim_wrapper, AmpOptimWrapper) else 1
        if runner.iter + 2 - self.since >= allowed:
            raise FloatingPointError(
                f"{' and '.join(diverged)} is NaN or infinite since iteration {self.since}: lower "
                "the learning rate or clip the gradient; the checkpoints until then are sound"
            )


def _finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except (RuntimeError, TypeError, ValueError):  # what is no number, or several
        return True
