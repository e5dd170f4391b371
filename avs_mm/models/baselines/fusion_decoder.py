"""TPAVI's decoder: from the deepest map to the finest, by residual units."""

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["FusionDecoder"]


class FusionDecoder(nn.Module):
    """Fuse four maps of strides 4, 8, 16 and 32 to logits at the images' size.

    Source: AVSBench (Zhou et al., ECCV 2022), which names the Panoptic FPN; its code fuses with the
    residual units of RefineNet.

    Args:
        channels: C, width of the maps.
        num_outputs: 1, or AVSS's classes with the background.
        keep_unused: Hold, frozen, the residual unit that the official deepest block never uses.
    """

    def __init__(self, *, channels: int, num_outputs: int = 1, keep_unused: bool = False) -> None:
        super().__init__()
        # As the maps: from the finest to the deepest
        self.blocks = nn.ModuleList(
            FusionBlock(channels, with_skip=index < 3 or keep_unused) for index in range(4)
        )
        if keep_unused:
            self.blocks[3].skip.requires_grad_(False)
        self.head = nn.Sequential(
            nn.Conv2d(channels, channels // 2, 3, padding=1),
            nn.Upsample(scale_factor=2, mode="bilinear"),
            nn.Conv2d(channels // 2, channels // 8, 3, padding=1),
            nn.ReLU(inplace=True),
            nn.Conv2d(channels // 8, num_outputs, 1),
        )

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        """Decode maps (F, C, H/4, W/4) to (F, C, H/32, W/32) to logits (F, num_outputs, H, W)."""
        finest, fine, coarse, deepest = maps
        fused = self.blocks[3](deepest)
        for block, skipped in zip(self.blocks[2::-1], (coarse, fine, finest), strict=True):
            fused = block(fused, skipped)
        return self.head(fused)


class FusionBlock(nn.Module):
    """Add a finer map to the fused one, and double the size."""

    def __init__(self, channels: int, *, with_skip: bool) -> None:
        super().__init__()
        self.skip = ResidualUnit(channels) if with_skip else None
        self.out = ResidualUnit(channels)

    def forward(self, fused: Tensor, skipped: Tensor | None = None) -> Tensor:
        """Return (F, C, 2h, 2w) of maps (F, C, h, w)."""
        if skipped is not None and self.skip is not None:
            fused = fused + self.skip(skipped)
        return F.interpolate(self.out(fused), scale_factor=2, mode="bilinear", align_corners=True)


class ResidualUnit(nn.Module):
    """Two 3x3 convolutions, each after a ReLU, added to what goes in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return relu(x) + conv2(relu(conv1(relu(x))))."""
        # The official ReLU works in place, so what is added has gone through it too.
        x = x.relu()
        return x + self.conv2(self.conv1(x).relu())
