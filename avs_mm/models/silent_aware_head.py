"""MaskFormer's decode head with the silent object-aware objective (paper, Eq. 2-5)."""

import inspect
from typing import Any

import torch
import torch.nn.functional as F
from mmdet.models.dense_heads import MaskFormerHead as MMDetMaskFormerHead
from mmdet.utils import reduce_mean
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from mmseg.models.decode_heads import MaskFormerHead
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.mask_overlap import overlap_fraction, sounding_union
from avs_mm.registry import MODELS

# mmseg's MaskFormer configs give ``in_index``; neither mmseg nor mmdet reads it.
KNOWN_ARGUMENTS = {*inspect.signature(MMDetMaskFormerHead.__init__).parameters, "in_index"} | {
    *inspect.signature(MaskFormerHead.__init__).parameters
} - {"self", "kwargs"}


@MODELS.register_module()
class SilentAwareMaskFormerHead(MaskFormerHead):
    """MaskFormer head that finds silent objects too, although only sounding ones are labelled.

    Every decoder layer is trained with Eq. 5: matched cross-entropy, focal and dice loss (Eq. 2-3)
    plus Eq. 4. An unmatched query may show a silent object, so it is pushed to "no object" only if
    it repeats a sounding one. Ground truth is a category map of K categories in which 255 is the
    background: "no object", not a category.

    Args:
        num_classes: K, the number of categories.
        loss_silent: Config of the ``SilentObjectLoss`` (Eq. 4); None leaves it out.
        tolerance: An unmatched query repeats a sounding object if at least this fraction of its
            mask lies on the ground truth. 0 pushes every unmatched query to "no object"
            (MaskFormer's own loss, which is Eq. 2 with N the queries), a tolerance above 1 none
            (Eq. 2 over the matched pairs alone).
        no_object_weight: Weight of "no object" in the cross-entropy.
        maskformer: Arguments of mmseg's ``MaskFormerHead``; an unknown one is a TypeError.
    """

    def __init__(
        self,
        *,
        num_classes: int,
        loss_silent: dict | None = None,
        tolerance: float = 0.3,
        no_object_weight: float = 0.1,
        **maskformer: Any,
    ) -> None:
        if unknown := sorted(set(maskformer) - KNOWN_ARGUMENTS):
            raise TypeError(
                f"SilentAwareMaskFormerHead got unknown arguments {unknown}; "
                f"it takes num_classes, loss_silent, tolerance, no_object_weight and "
                f"those of mmseg's MaskFormerHead: {sorted(KNOWN_ARGUMENTS)}"
            )
        class_weight = [1.0] * num_classes + [no_object_weight]
        maskformer["loss_cls"] = ConfigDict(maskformer["loss_cls"], class_weight=class_weight)
        super().__init__(num_classes=num_classes, **maskformer)
        self.tolerance = tolerance
        self.loss_silent = None if loss_silent is None else MODELS.build(loss_silent)

    def _seg_data_to_instance_data(
        self, batch_data_samples: list[SegDataSample]
    ) -> tuple[list[InstanceData], list[dict]]:
        for sample in batch_data_samples:
            if "gt_sem_seg" not in sample:
                raise ValueError(
                    f"{sample.get('img_path')}: stage 1 needs the category of every mask, and this "
                    "frame has none. MS3's masks carry no category: give the folder of "
                    "AVSBench-semantic as the dataset's semantic_root."
                )
        return super()._seg_data_to_instance_data(batch_data_samples)

    def loss_by_feat(
        self,
        all_cls_scores: Tensor,
        all_mask_preds: Tensor,
        batch_gt_instances: list[InstanceData],
        batch_img_metas: list[dict],
    ) -> dict[str, Tensor]:
        """Sum up Eq. 5 for every decoder layer.

        Args:
            all_cls_scores: (layers, B, Q, K + 1).
            all_mask_preds: (layers, B, Q, h, w).

        Returns:
            ``loss_cls``, ``loss_mask``, ``loss_dice`` and ``loss_silent`` of the last layer, the
            others' as ``d{layer}.loss_*``.
        """
        height, width = all_mask_preds.shape[-2:]
        union = sounding_union(
            [instances.masks for instances in batch_gt_instances], size=(height, width)
        )
        losses = {}
        last = len(all_cls_scores) - 1
        for layer, (class_logits, mask_logits) in enumerate(
            zip(all_cls_scores, all_mask_preds, strict=True)
        ):
            prefix = "" if layer == last else f"d{layer}."
            layer_losses = self._layer_losses(
                class_logits, mask_logits, union, batch_gt_instances, batch_img_metas
            )
            losses.update({prefix + name: loss for name, loss in layer_losses.items()})
        return losses

    def _layer_losses(
        self,
        class_logits: Tensor,  # (B, Q, K + 1)
        mask_logits: Tensor,  # (B, Q, h, w)
        union: Tensor,  # (B, h, w)
        batch_gt_instances: list[InstanceData],
        batch_img_metas: list[dict],
    ) -> dict[str, Tensor]:
        # Match the queries with the ground truth
        labels, _, mask_targets, mask_weights, _ = self.get_targets(
            list(class_logits), list(mask_logits), batch_gt_instances, batch_img_metas
        )
        matched = torch.stack(mask_weights) > 0  # (B, Q)

        losses = {
            "loss_cls": self._class_loss(class_logits, mask_logits, torch.stack(labels), union),
            **self._mask_losses(mask_logits[matched], torch.cat(mask_targets)),
        }
        if self.loss_silent is not None:
            losses["loss_silent"] = self.loss_silent(
                class_logits, mask_logits, matched=matched, union=union
            )
        return losses

    def _class_loss(
        self, class_logits: Tensor, mask_logits: Tensor, labels: Tensor, union: Tensor
    ) -> Tensor:
        # A query that lies off the sounding objects may show a silent one: it is tolerated.
        with torch.no_grad():
            repeats = overlap_fraction(mask_logits, union) >= self.tolerance
        weights = ((labels < self.num_classes) | repeats).float()  # (B, Q)
        class_weight = class_logits.new_tensor(self.class_weight)
        # Counted over all processes, so that several give the gradient of one with all frames.
        # No object in the whole batch and every query tolerated: the sum is 0, and so is the loss.
        divisor = reduce_mean((class_weight[labels] * weights).sum()).clamp(min=1e-6)
        return self.loss_cls(
            class_logits.flatten(0, 1), labels.flatten(), weights.flatten(), avg_factor=divisor
        )

    def _mask_losses(self, mask_logits: Tensor, masks: Tensor) -> dict[str, Tensor]:
        # mask_logits: (M, h, w), masks: (M, H, W), M matched pairs of the whole batch.
        # mmdet divides by max(objects, 1) of each frame; here frames without objects do not count.
        num_masks = reduce_mean(mask_logits.new_tensor([float(len(masks))])).clamp(min=1)
        if len(masks) == 0:
            # Zero, yet connected to the parameters: DistributedDataParallel needs every gradient.
            return {"loss_mask": mask_logits.sum(), "loss_dice": mask_logits.sum()}
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
        """Return what the last decoder layer says of every query.

        Args:
            features: The backbone's maps of an unpadded batch, the first at stride 4.

        Returns:
            Class logits (B, Q, K + 1), no object last, and mask logits (B, Q, h, w).
        """
        # mmdet's forward reads only the shapes of the samples, to mask padding: there is none.
        shape = features[-1].shape[-2:]
        sample = SegDataSample(metainfo={"batch_input_shape": shape, "img_shape": shape})
        all_class_logits, all_mask_logits = self(features, [sample] * len(features[0]))
        return all_class_logits[-1], all_mask_logits[-1]
