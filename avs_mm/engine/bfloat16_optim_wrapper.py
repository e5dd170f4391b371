"""Mixed precision without a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.runner import autocast
from torch import nn

from avs_mm.registry import OPTIM_WRAPPERS

__all__ = ["BFloat16OptimWrapper"]


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Compute losses in bfloat16 where autocast allows it, on any device.

    The range of bfloat16 is that of float32, so that no loss is scaled. mmengine's
    ``AmpOptimWrapper`` scales it, and refuses a CPU.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Enter autocast, around what `OptimWrapper` enters when gradients accumulate."""
        with super().optim_context(model), autocast(dtype=torch.bfloat16):
            yield
