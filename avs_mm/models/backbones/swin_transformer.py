"""Swin Transformer with the results of mmseg's and less work."""

from typing import Any

import torch
from mmengine.model import BaseModule
from mmseg.models.backbones.swin import SwinBlockSequence
from mmseg.models.backbones.swin import SwinTransformer as MMSegSwinTransformer
from torch import Tensor

from avs_mm.models.backbones.window_attention import WindowAttention
from avs_mm.registry import MODELS

__all__ = ["SwinTransformer"]

# Activations of which a CPU's cache holds a block's: an image at stride 4 in Swin-B's 128 channels
MOST_ACTIVATIONS = 56 * 56 * 128


@MODELS.register_module()
class SwinTransformer(MMSegSwinTransformer):
    """mmseg's ``SwinTransformer`` (arXiv 2103.14030), whose weights and results it has.

    Args:
        skip_padding: Whether only an image's own tokens go through the window attention; without,
            all is as in mmseg. At 224×224 and windows of 12, more than half of what stages 3 and 4
            attend to is padding.
        swin: Arguments of mmseg's ``SwinTransformer``.
    """

    def __init__(self, *, skip_padding: bool = True, **swin: Any) -> None:
        super().__init__(**swin)
        if not skip_padding:
            return
        for index, stage in enumerate(self.stages):
            for block in stage.blocks:
                block.attn = WindowAttention(block.attn)
            self.stages[index] = ImagewiseStage(stage)


class ImagewiseStage(SwinBlockSequence):
    """A stage of mmseg's Swin that a CPU predicts a few images at a time.

    The activations of a whole batch do not fit into the cache, and memory so large is allocated
    anew for every layer.

    Args:
        stage: Whose parts are taken over, under their names.
    """

    def __init__(self, stage: SwinBlockSequence) -> None:
        BaseModule.__init__(self)  # SwinBlockSequence's own would make new parameters
        self.blocks = stage.blocks
        self.downsample = stage.downsample

    def forward(
        self, x: Tensor, hw_shape: tuple[int, int]
    ) -> tuple[Tensor, tuple[int, int], Tensor, tuple[int, int]]:
        """Return the next stage's tokens (B, L', C') and this one's (B, L, C), with their sizes."""
        if torch.is_grad_enabled() or x.device.type != "cpu" or torch.compiler.is_compiling():
            return super().forward(x, hw_shape)
        images = max(1, MOST_ACTIVATIONS // x[0].numel())
        parts = [super(ImagewiseStage, self).forward(part, hw_shape) for part in x.split(images)]
        _, next_shape, _, shape = parts[0]
        return (
            torch.cat([part[0] for part in parts]),
            next_shape,
            torch.cat([part[2] for part in parts]),
            shape,
        )
