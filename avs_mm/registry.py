"""Registries of avs_mm: every type is reachable as ``avs_mm.X`` from any OpenMMLab project.

The parents are mmengine's root registries, not mmseg's: a child of mmseg's is invisible to mmdet.
``locations`` are imported on first use, so no ``custom_imports`` are needed.
"""

from avs_mm.stack import require_openmmlab

require_openmmlab()

from mmengine.registry import DATA_SAMPLERS as MMENGINE_DATA_SAMPLERS
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import FUNCTIONS as MMENGINE_FUNCTIONS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOOPS as MMENGINE_LOOPS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import OPTIM_WRAPPERS as MMENGINE_OPTIM_WRAPPERS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import VISBACKENDS as MMENGINE_VISBACKENDS
from mmengine.registry import Registry

from avs_mm.mmengine_loader import refuse_code_in_checkpoints

__all__ = [
    "DATASETS",
    "DATA_SAMPLERS",
    "FUNCTIONS",
    "HOOKS",
    "LOOPS",
    "METRICS",
    "MODELS",
    "OPTIM_WRAPPERS",
    "TRANSFORMS",
    "VISBACKENDS",
]

DATASETS = Registry("dataset", parent=MMENGINE_DATASETS, locations=["avs_mm.datasets"])
DATA_SAMPLERS = Registry(
    "data sampler", parent=MMENGINE_DATA_SAMPLERS, locations=["avs_mm.datasets"]
)
FUNCTIONS = Registry("function", parent=MMENGINE_FUNCTIONS, locations=["avs_mm.datasets"])
TRANSFORMS = Registry(
    "transform", parent=MMENGINE_TRANSFORMS, locations=["avs_mm.datasets.transforms"]
)
MODELS = Registry("model", parent=MMENGINE_MODELS, locations=["avs_mm.models"])
METRICS = Registry("metric", parent=MMENGINE_METRICS, locations=["avs_mm.evaluation"])
HOOKS = Registry("hook", parent=MMENGINE_HOOKS, locations=["avs_mm.engine"])
LOOPS = Registry("loop", parent=MMENGINE_LOOPS, locations=["avs_mm.engine"])
OPTIM_WRAPPERS = Registry(
    "optim_wrapper", parent=MMENGINE_OPTIM_WRAPPERS, locations=["avs_mm.engine"]
)
VISBACKENDS = Registry("vis_backend", parent=MMENGINE_VISBACKENDS, locations=["avs_mm.engine"])

# Whatever is built has asked a registry for it first, and so its weights are read safely.
refuse_code_in_checkpoints()
