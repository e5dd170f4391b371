"""What the functions on tensors accept, with errors that say what was given instead."""

import torch
from torch import Tensor

__all__ = ["check_pair", "check_prob", "check_shapes"]


def check_prob(prob: Tensor) -> None:
    """Require probabilities, floating-point ``(N, H, W)`` in [0, 1].

    Raises:
        ValueError: if they are not.
    """
    if prob.ndim != 3 or not prob.is_floating_point() or prob.shape[1:].numel() == 0:
        raise ValueError(
            f"prob must be a floating-point tensor (N, H, W), got {prob.dtype} {tuple(prob.shape)}"
        )
    if len(prob) == 0:
        return
    low, high = torch.aminmax(prob)
    if not (low >= 0 and high <= 1):  # a NaN fails here, too
        raise ValueError(
            f"prob must lie in [0, 1] but spans [{low:.4g}, {high:.4g}]; "
            "logits need a sigmoid first"
        )


def check_shapes(prob: Tensor, mask: Tensor) -> None:
    """Require one and the same shape ``(N, H, W)``.

    Raises:
        ValueError: if it is not.
    """
    if mask.shape != prob.shape or prob.ndim != 3 or prob.shape[1:].numel() == 0:
        raise ValueError(
            "prob and mask must have the same shape (N, H, W), got "
            f"{tuple(prob.shape)} and {tuple(mask.shape)}"
        )


def check_pair(prob: Tensor, mask: Tensor) -> Tensor:
    """Require probabilities and binary masks of their shape, and return the masks as bool.

    Raises:
        ValueError: if the shapes differ, ``prob`` leaves [0, 1] or ``mask`` is not binary.
    """
    check_shapes(prob, mask)
    check_prob(prob)
    if not _is_binary(mask):
        raise ValueError(
            f"mask must hold only 0 and 1 but spans [{mask.min():g}, {mask.max():g}]; "
            "compare a 0/255 image with > 0"
        )
    return mask.bool()


def _is_binary(mask: Tensor) -> bool:
    if mask.dtype == torch.bool or mask.numel() == 0:
        return True
    if mask.is_floating_point():
        return torch.equal(mask, mask.bool().to(mask.dtype))
    return bool(mask.min() >= 0 and mask.max() <= 1)  # whole numbers: much faster than comparing
