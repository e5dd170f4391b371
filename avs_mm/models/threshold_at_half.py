"""A model's own threshold, where every metric cuts at one half."""

import torch
from torch import Tensor

__all__ = ["check_threshold", "with_threshold_at_half"]


def check_threshold(threshold: float) -> None:
    """Refuse a threshold that cuts nothing, or all, with a ValueError."""
    if not 0 < threshold < 1:
        raise ValueError(f"threshold lies between 0 and 1, both excluded; it is {threshold}")


def with_threshold_at_half(heat: Tensor, threshold: float) -> Tensor:
    """Stretch [0, threshold] to [0, 0.5] and [threshold, 1] to [0.5, 1]; order and ties remain.

    At a threshold of 0.5 nothing changes, to the last bit.
    """
    below = heat / (2 * threshold)
    above = 0.5 + (heat - threshold) / (2 * (1 - threshold))
    next_to_half = 0.5 + torch.finfo(heat.dtype).eps / 2  # however little is above the threshold
    return torch.where(heat > threshold, above.clamp(next_to_half, 1), below.clamp(0, 0.5))
