"""Mask2Former's decode head with the silent object-aware objective (paper, Eq. 2-5)."""

import torch
from mmcv.ops import point_sample
from mmdet.models.dense_heads import Mask2FormerHead as MMDetMask2FormerHead
from mmdet.models.utils import get_uncertain_point_coords_with_randomness
from mmseg.models.decode_heads import Mask2FormerHead
from torch import Tensor

from avs_mm.models.silent_aware_losses import SilentAwareLosses, arguments_of
from avs_mm.registry import MODELS

__all__ = ["SilentAwareMask2FormerHead"]


@MODELS.register_module()
class SilentAwareMask2FormerHead(SilentAwareLosses, Mask2FormerHead):
    """Mask2Former head (arXiv 2112.01527) that finds silent objects too.

    The arguments are those of ``SilentAwareLosses`` and of mmseg's ``Mask2FormerHead``; an unknown
    one is a TypeError. Masks are compared at sampled points, most of them where they are
    uncertain. Its deformable attention runs in plain PyTorch where mmcv has no compiled ops, on a
    GPU too (``avs_mm.deformable_attention``).
    """

    known_arguments = arguments_of(MMDetMask2FormerHead, Mask2FormerHead)

    def matched_mask_losses(
        self, mask_logits: Tensor, masks: Tensor, *, num_masks: Tensor
    ) -> dict[str, Tensor]:
        """Return cross-entropy and dice loss of the M > 0 matched pairs, at sampled points."""
        with torch.no_grad():
            points = get_uncertain_point_coords_with_randomness(
                mask_logits[:, None],
                None,
                self.num_points,
                self.oversample_ratio,
                self.importance_sample_ratio,
            )
            targets = point_sample(masks[:, None].to(mask_logits.dtype), points)[:, 0]
        logits = point_sample(mask_logits[:, None], points)[:, 0]  # (M, points)
        loss_dice = self.loss_dice(logits, targets, avg_factor=num_masks)
        loss_mask = self.loss_mask(
            logits.flatten(), targets.flatten(), avg_factor=num_masks * self.num_points
        )
        return {"loss_mask": loss_mask, "loss_dice": loss_dice}
