"""The silent object-aware segmentation loss L_soas (paper, Eq. 4)."""

from typing import Literal

from torch import Tensor, nn

from avs_mm.models.mask_overlap import overlap_iou, soft_overlap
from avs_mm.registry import MODELS


@MODELS.register_module()
class SilentObjectLoss(nn.Module):
    """Push the masks of the non-object queries off the sounding objects (paper, Eq. 4).

    The paper does not say which queries form its "non-object set". A matched query is not among
    them in either reading: Eq. 3 pulls its mask onto the very pixels that Eq. 4 forbids.

    Args:
        non_object: "predicted": the unmatched queries whose most probable category is no object;
            "unmatched": every query that the Hungarian matching left without ground truth.
        reduction: "sum" over the queries of a frame, as Eq. 4 is written, or "mean". Either is then
            averaged over the frames that have ground truth.
        loss_weight: lambda_soas of Eq. 5.

    Raises:
        ValueError: another reading or reduction.
    """

    def __init__(
        self,
        *,
        non_object: Literal["predicted", "unmatched"] = "predicted",
        reduction: Literal["sum", "mean"] = "sum",
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if non_object not in ("predicted", "unmatched"):
            raise ValueError(f"non_object is 'predicted' or 'unmatched', not {non_object!r}")
        if reduction not in ("sum", "mean"):
            raise ValueError(f"reduction is 'sum' or 'mean', not {reduction!r}")
        self.non_object = non_object
        self.reduction = reduction
        self.loss_weight = loss_weight

    def forward(
        self, class_logits: Tensor, mask_logits: Tensor, *, matched: Tensor, union: Tensor
    ) -> Tensor:
        """Average Eq. 4 over the frames of a batch; frames without ground truth add nothing.

        Args:
            class_logits: (B, Q, K + 1), no object last.
            mask_logits: (B, Q, h, w).
            matched: (B, Q), true where a query has ground truth.
            union: (B, h, w) in {0, 1}, the sounding pixels.
        """
        overlap = overlap_iou(*soft_overlap(mask_logits.sigmoid(), union), union)
        return self.of_overlap(class_logits, overlap, matched=matched, union=union)

    def of_overlap(
        self, class_logits: Tensor, overlap: Tensor, *, matched: Tensor, union: Tensor
    ) -> Tensor:
        """Return the same, where the ``overlap_iou`` (B, Q) of the masks is known already."""
        non_object = ~matched
        if self.non_object == "predicted":
            non_object &= class_logits.argmax(dim=-1) == class_logits.shape[-1] - 1

        per_frame = (overlap * non_object).sum(dim=1)
        if self.reduction == "mean":
            per_frame = per_frame / non_object.sum(dim=1).clamp(min=1)

        # An empty union gives an overlap of exactly 0, so only the divisor has to leave it out.
        frames_with_objects = union.flatten(1).any(dim=1).sum().clamp(min=1)
        return self.loss_weight * per_frame.sum() / frames_with_objects
