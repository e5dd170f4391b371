"""What runs beside and in the training loop; ``avs_mm.registry`` imports this."""

from avs_mm.engine.bfloat16_optim_wrapper import BFloat16OptimWrapper
from avs_mm.engine.category_check_hook import CategoryCheckHook
from avs_mm.engine.checkpoint_fit_hook import CheckpointFitHook

__all__ = ["BFloat16OptimWrapper", "CategoryCheckHook", "CheckpointFitHook"]
