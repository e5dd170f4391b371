"""MaskFormer's decode head with the silent object-aware objective (paper, Eq. 2-5)."""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from mmdet.models.dense_heads import MaskFormerHead as MMDetMaskFormerHead
from mmdet.models.task_modules.assigners import HungarianAssigner
from mmengine.structures import InstanceData
from mmseg.models.decode_heads import MaskFormerHead
from torch import Tensor

from avs_mm.models.mask_readout import LayerReading, MaskReadout
from avs_mm.models.query_matching import match_queries
from avs_mm.models.silent_aware_losses import SilentAwareLosses, arguments_of
from avs_mm.registry import MODELS

__all__ = ["SilentAwareMaskFormerHead"]


@MODELS.register_module()
class SilentAwareMaskFormerHead(SilentAwareLosses, MaskFormerHead):
    """MaskFormer head that finds silent objects too, although only sounding ones are labelled.

    The arguments are those of ``SilentAwareLosses`` and of mmseg's ``MaskFormerHead``; an unknown
    one is a TypeError. Masks are compared pixel by pixel (Eq. 3). The queries of all layers and
    frames are matched at once.

    Raises:
        TypeError: An unknown argument, or an assigner other than mmdet's ``HungarianAssigner``.
    """

    known_arguments = arguments_of(MMDetMaskFormerHead, MaskFormerHead)

    def __init__(self, **head: Any) -> None:
        super().__init__(**head)
        assigner = getattr(self, "assigner", None)  # of a head that is trained
        if assigner is not None and type(assigner) is not HungarianAssigner:
            raise TypeError(
                "SilentAwareMaskFormerHead matches by the costs of mmdet.HungarianAssigner, not by "
                f"{type(assigner).__name__}: give train_cfg.assigner that type and its match_costs"
            )

    def read_layers(
        self,
        all_cls_scores: Any,
        all_mask_preds: Any,
        union: Tensor,
        batch_gt_instances: list[InstanceData],
        batch_img_metas: list[dict],
    ) -> Iterator[LayerReading]:
        """Match the queries of all layers with the ground truth.

        Args:
            all_cls_scores: One tensor (layers, B, Q, K + 1).
            all_mask_preds: One tensor (layers, B, Q, h, w).
            union: (B, h, w) in {0, 1}, the sounding pixels.
        """
        masks = all_mask_preds.detach().float().sigmoid()
        pairs = match_queries(
            self.assigner.match_costs, all_cls_scores, all_mask_preds, masks, batch_gt_instances
        )
        frames, queries, objects = pairs.unbind(dim=1)  # (layers, M) each
        layers = torch.arange(len(pairs), device=pairs.device)[:, None].expand_as(frames)
        all_labels = torch.cat([instances.labels for instances in batch_gt_instances])
        all_masks = torch.cat([instances.masks for instances in batch_gt_instances])
        labels = torch.full_like(all_cls_scores[..., 0], self.num_classes, dtype=torch.long)
        labels[layers, frames, queries] = all_labels[objects]
        matched, sums = MaskReadout.apply(all_mask_preds, masks, union, (layers, frames, queries))
        for layer, found in enumerate(objects):
            yield LayerReading(labels[layer], matched[layer], all_masks[found], sums[layer])

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

    def predict_queries(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return the last decoder layer's prediction of every query; no other layer predicts.

        Args:
            features: The backbone's maps of an unpadded batch, the first at stride 4.

        Returns:
            Class logits (B, Q, K + 1), no object last, and mask logits (B, Q, h, w).
        """
        batch, _, height, width = features[-1].shape
        metas = [{"batch_input_shape": (height, width), "img_shape": (height, width)}] * batch
        mask_features, memory = self.pixel_decoder(features, metas)
        no_padding = features[-1].new_zeros((1, height, width), dtype=torch.bool)
        positions = self.decoder_pe(no_padding).flatten(2).transpose(1, 2)
        memory = self.decoder_input_proj(memory).flatten(2).transpose(1, 2)
        query_embed = self.query_embed.weight.expand(batch, -1, -1)
        queries = self.transformer_decoder(
            query=torch.zeros_like(query_embed),
            key=memory,
            value=memory,
            query_pos=query_embed,
            key_pos=positions.expand(batch, -1, -1),
            key_padding_mask=None,
        )[-1]
        mask_logits = torch.einsum("bqc,bchw->bqhw", self.mask_embed(queries), mask_features)
        return self.cls_embed(queries), mask_logits
