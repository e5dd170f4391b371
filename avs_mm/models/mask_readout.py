"""What the losses read of the predicted masks, with one gradient for all of it."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

__all__ = ["LayerReading", "MaskReadout"]

sigmoid_backward = torch.ops.aten.sigmoid_backward


@dataclass(frozen=True)
class LayerReading:
    """What the losses need of a decoder layer's masks.

    Attributes:
        labels: (B, Q), the category of a matched query's object, K of the other queries.
        matched_logits: (M, h, w), masks of the matched queries of all frames.
        targets: (M, H, W) in {0, 1}, those of their objects.
        sums: (B, Q, 2), of every mask the pixels on the sounding objects, and all of them.
    """

    labels: Tensor
    matched_logits: Tensor
    targets: Tensor
    sums: Tensor


class MaskReadout(torch.autograd.Function):
    """Read some masks, and how much of every mask lies on the sounding objects.

    In autograd's own steps each of them would fill a gradient as large as all masks, and so would
    their sum.
    """

    @staticmethod
    def forward(
        ctx: Any, mask_logits: Tensor, masks: Tensor, union: Tensor, pairs: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """Return the chosen masks, and two sums over the pixels of every mask.

        Args:
            mask_logits: (..., B, Q, h, w); the first axis may be the layers.
            masks: Their probabilities, without a gradient.
            union: (B, h, w) in {0, 1}.
            pairs: Indices of the chosen masks, one tensor an axis; none twice.

        Returns:
            The logits of those, ``mask_logits[pairs]``; (..., B, Q, 2), the pixels of a mask that
            lie on the union, and all of them.
        """
        weights = torch.stack([union, torch.ones_like(union)], dim=-1).flatten(1, 2)  # (B, h*w, 2)
        weights = weights.to(masks.dtype)
        ctx.save_for_backward(masks, weights, *pairs)
        ctx.set_materialize_grads(False)
        ctx.dtype = mask_logits.dtype
        # Sums over a frame are not exact in half precision.
        with torch.autocast(device_type=masks.device.type, enabled=False):
            return mask_logits[pairs], masks.flatten(-2) @ weights

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, None, None, None]:
        """Return the gradient of all logits, of those of what ``forward`` returns."""
        of_logits, of_sums = gradients  # None where nothing was made of it
        masks, weights, *pairs = ctx.saved_tensors
        if of_sums is None:
            gradient = torch.zeros_like(masks)
        else:
            gradient = (of_sums @ weights.transpose(1, 2)).view_as(masks)
            # In place and at once, as reading and writing the masks is what takes the time.
            sigmoid_backward.grad_input(gradient, masks, grad_input=gradient)
        if of_logits is not None:
            gradient[tuple(pairs)] += of_logits.to(gradient.dtype)
        return gradient.to(ctx.dtype), None, None, None
