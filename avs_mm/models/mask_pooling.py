"""What a network's maps are like within each mask."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["pool_in_masks"]


def pool_in_masks(maps: Sequence[Tensor], masks: Tensor) -> Tensor:
    """Average the maps of one image over each mask, in fp32.

    A mask counts at a map's position by the fraction of it that it covers, so none is too small.

    Args:
        maps: (C_l, h_l, w_l) of each level; together they have C channels.
        masks: bool (n, H, W) of the whole image, H and W at least those of the maps.

    Returns:
        (n, C), the levels beside each other; 0 for an empty mask.
    """
    pooled = []
    for level in maps:
        if len(masks):
            covered = F.interpolate(masks[:, None].float(), level.shape[-2:], mode="area")[:, 0]
        else:
            covered = level.new_zeros((0, *level.shape[-2:]), dtype=torch.float32)
        with torch.autocast(device_type=level.device.type, enabled=False):
            summed = covered.flatten(1) @ level.float().flatten(1).T
        area = covered.sum(dim=(1, 2)).clamp(min=torch.finfo(covered.dtype).tiny)
        pooled.append(summed / area[:, None])
    return torch.cat(pooled, dim=1)
