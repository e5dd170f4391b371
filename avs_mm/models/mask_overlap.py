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


def overlap_iou(mask_logits: Tensor, union: Tensor) -> Tensor:
    """Soft IoU of every predicted mask with the union of the ground truth (the summand of Eq. 4).

    Args:
        mask_logits: (B, Q, h, w).
        union: (B, h, w) in {0, 1}.

    Returns:
        (B, Q) in [0, 1].
    """
    masks = mask_logits.sigmoid()
    intersection = torch.einsum("bqhw,bhw->bq", masks, union)
    area = masks.sum(dim=(-2, -1)) + union.sum(dim=(-2, -1))[:, None]
    return intersection / (area - intersection + EPSILON)


def overlap_fraction(mask_logits: Tensor, union: Tensor) -> Tensor:
    """Fraction of every predicted (soft) mask that lies on the union of the ground truth.

    Args:
        mask_logits: (B, Q, h, w).
        union: (B, h, w) in {0, 1}.

    Returns:
        (B, Q) in [0, 1].
    """
    masks = mask_logits.sigmoid()
    intersection = torch.einsum("bqhw,bhw->bq", masks, union)
    return intersection / (masks.sum(dim=(-2, -1)) + EPSILON)
