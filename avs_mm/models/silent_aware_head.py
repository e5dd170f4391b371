"""MaskFormer's decode head with the silent object-aware objective (paper, Eq. 2-5)."""

import torch.nn.functional as F
from mmdet.models.dense_heads import MaskFormerHead as MMDetMaskFormerHead
from mmseg.models.decode_heads import MaskFormerHead
from torch import Tensor

from avs_mm.models.silent_aware_losses import SilentAwareLosses, arguments_of
from avs_mm.registry import MODELS

__all__ = ["SilentAwareMaskFormerHead"]


@MODELS.register_module()
class SilentAwareMaskFormerHead(SilentAwareLosses, MaskFormerHead):
    """MaskFormer head that finds silent objects too, although only sounding ones are labelled.

    The arguments are those of ``SilentAwareLosses`` and of mmseg's ``MaskFormerHead``; an unknown
    one is a TypeError. Masks are compared pixel by pixel (Eq. 3).
    """

    known_arguments = arguments_of(MMDetMaskFormerHead, MaskFormerHead)

    def matched_mask_losses(
        self, mask_logits: Tensor, masks: Tensor, *, num_masks: Tensor
    ) -> dict[str, Tensor]:
        """Return focal and dice loss of the M > 0 matched pairs, at the size of the masks."""
        height, width = masks.shape[-2:]
        mask_logits = F.interpolate(
            mask_logits[:, None], (height, width), mode="bilinear", align_corners=False
        )
        # Target and prediction of equal rank take mmdet's pure PyTorch path: no compiled op needed.
        loss_mask = self.loss_mask(
            mask_logits.reshape(-1, 1),
            masks.reshape(-1, 1).to(mask_logits.dtype),
            avg_factor=num_masks * height * width,
        )
        loss_dice = self.loss_dice(mask_logits[:, 0], masks, avg_factor=num_masks)
        return {"loss_mask": loss_mask, "loss_dice": loss_dice}
