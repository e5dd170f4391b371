"""What runs beside the training loop; ``avs_mm.registry.HOOKS`` imports this."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.engine.category_check_hook import CategoryCheckHook
from avs_mm.engine.checkpoint_fit_hook import CheckpointFitHook

__all__ = ["CategoryCheckHook", "CheckpointFitHook"]
