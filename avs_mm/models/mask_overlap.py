"""How much masks overlap: with each other, and with the sounding objects for Eq. 4."""

import torch
import torch.nn.functional as F
from torch import Tensor

# Keeps the ratio of two empty masks at 0; far below one pixel.
EPSILON = 1e-6


def sounding_union(masks: list[Tensor], *, size: tuple[int, int]) -> Tensor:
    """Join the ground-truth masks of each frame at the resolution of the predicted masks.

    Args:
        masks: (N_gt, H, W) in {0, 1} of each frame; N_gt may be 0.
        size: h, w of the predicted masks.

    Returns:
        (B, h, w) in {0, 1}; all zero for a frame without ground truth.
    """
    unions = [
        frame.amax(dim=0) if len(frame) else frame.new_zeros(frame.shape[-2:]) for frame in masks
    ]
    return F.interpolate(torch.stack(unions)[:, None].float(), size=size, mode="nearest")[:, 0]


def mask_iou(masks: Tensor, mask: Tensor) -> Tensor:
    """IoU of every mask, bool (n, h, w), with one, bool (h, w): (n,) in [0, 1], 0 of empty ones."""
    union = (masks | mask).flatten(1).sum(dim=1).clamp(min=1)
    return (masks & mask).flatten(1).sum(dim=1) / union


def soft_overlap(masks: Tensor, union: Tensor) -> tuple[Tensor, Tensor]:
    """Return how much of every soft mask lies on the union of the ground truth, and its area.

    Args:
        masks: Probabilities (B, Q, h, w).
        union: (B, h, w) in {0, 1}.

    Returns:
        Two tensors (B, Q), in pixels.
    """
    # Both sums as one product: the masks are read once, and once for their gradient. Sums over a
    # frame are not exact in half precision.
    with torch.autocast(device_type=masks.device.type, enabled=False):
        union = union.flatten(1).to(masks.dtype)
        summed = masks.flatten(2) @ torch.stack([union, torch.ones_like(union)], dim=-1)
    return summed[..., 0], summed[..., 1]


def overlap_iou(intersection: Tensor, area: Tensor, union: Tensor) -> Tensor:
    """Soft IoU of every predicted mask with the union of the ground truth (the summand of Eq. 4).

    Args:
        intersection: (B, Q), as ``soft_overlap`` returns it.
        area: (B, Q).
        union: (B, h, w) in {0, 1}.

    Returns:
        (B, Q) in [0, 1].
    """
    total = area + union.sum(dim=(-2, -1))[:, None]
    return intersection / (total - intersection + EPSILON)


def overlap_fraction(intersection: Tensor, area: Tensor) -> Tensor:
    """Fraction (B, Q) in [0, 1] of every soft mask that lies on the union of the ground truth.

    Args:
        intersection: (B, Q), as ``soft_overlap`` returns it.
        area: (B, Q).
    """
    return intersection / (area + EPSILON)
