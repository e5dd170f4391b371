"""What runs beside the training loop; ``avs_mm.registry.HOOKS`` and ``LOOPS`` import this."""

from avs_mm.engine.category_check_hook import CategoryCheckHook
from avs_mm.engine.checkpoint_fit_hook import CheckpointFitHook
from avs_mm.engine.conditions_val_loop import ConditionsValLoop

__all__ = ["CategoryCheckHook", "CheckpointFitHook", "ConditionsValLoop"]
