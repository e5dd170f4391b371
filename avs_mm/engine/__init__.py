"""What a training runs with: loops, hooks, backends; ``avs_mm.registry`` imports this."""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from avs_mm.engine.atomic_backend import AtomicLocalBackend
from avs_mm.engine.atomic_checkpoint_hook import AtomicCheckpointHook
from avs_mm.engine.bfloat16_optim_wrapper import BFloat16OptimWrapper
from avs_mm.engine.category_check_hook import CategoryCheckHook
from avs_mm.engine.checkpoint_fit_hook import CheckpointFitHook
from avs_mm.engine.conditions_val_loop import ConditionsValLoop
from avs_mm.engine.finite_loss_hook import FiniteLossHook
from avs_mm.engine.main_process_logger_hook import MainProcessLoggerHook
from avs_mm.engine.mlflow_vis_backend import MLflowVisBackend
from avs_mm.engine.reproducible_loops import ReproducibleEpochLoop, ReproducibleIterLoop
from avs_mm.engine.sounding_visualization_hook import SoundingVisualizationHook
from avs_mm.engine.unchanged_data_hook import UnchangedDataHook
from avs_mm.engine.unfinished_validation_hook import UnfinishedValidationHook
from avs_mm.engine.work_dir_hook import WorkDirHook

__all__ = [
    "AtomicCheckpointHook",
    "AtomicLocalBackend",
    "BFloat16OptimWrapper",
    "CategoryCheckHook",
    "CheckpointFitHook",
    "ConditionsValLoop",
    "FiniteLossHook",
    "MLflowVisBackend",
    "MainProcessLoggerHook",
    "ReproducibleEpochLoop",
    "ReproducibleIterLoop",
    "SoundingVisualizationHook",
    "UnchangedDataHook",
    "UnfinishedValidationHook",
    "WorkDirHook",
]
