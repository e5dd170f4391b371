"""The silent object-aware objective (paper, Eq. 2-5), for every head of the MaskFormer kind."""

import inspect
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import torch
from mmdet.models.dense_heads import MaskFormerHead
from mmdet.utils import reduce_mean
from mmengine.config import ConfigDict
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.instance_labels import split_instances
from avs_mm.models.mask_overlap import overlap_fraction, overlap_iou, sounding_union
from avs_mm.models.mask_readout import LayerReading, MaskReadout
from avs_mm.registry import MODELS

__all__ = ["SilentAwareLosses", "arguments_of"]

OWN_ARGUMENTS = "num_classes, loss_silent, tolerance, no_object_weight"


def arguments_of(*heads: type) -> frozenset[str]:
    """Return the names of the arguments of heads that pass on whatever they do not know.

    mmseg's and mmdet's configs give ``in_index`` and ``strides`` too; neither reads them.
    """
    names = {"in_index", "strides"}.union(
        *(inspect.signature(head.__init__).parameters for head in heads)
    )
    return frozenset(names - {"self", "kwargs"})


class SilentAwareLosses(MaskFormerHead):
    """What heads of the MaskFormer kind share that find silent objects unlabelled.

    Every decoder layer is trained with Eq. 5: matched cross-entropy and the head's own mask losses
    (Eq. 2-3) plus Eq. 4. An unmatched query may show a silent object, so it is pushed to "no
    object" only if it repeats a sounding one. Ground truth is a category map of K categories in
    which 255 is the background: "no object", not a category. It is one object a category, or, where
    a sample has a ``gt_instance_map`` too, as many as that tells apart.

    A head puts this class before mmseg's own, and has `known_arguments` and
    `matched_mask_losses`.

    Args:
        num_classes: K, the number of categories.
        loss_silent: Config of the ``SilentObjectLoss`` (Eq. 4); None leaves it out.
        tolerance: An unmatched query repeats a sounding object if at least this fraction of its
            mask lies on the ground truth. 0 pushes every unmatched query to "no object" (the
            published heads' loss, which is Eq. 2 with N the queries), a tolerance above 1 none
            (Eq. 2 over the matched pairs alone).
        no_object_weight: Weight of "no object" in the cross-entropy.
        head: Arguments of mmseg's head; an unknown one is a TypeError.
    """

    known_arguments: ClassVar[frozenset[str]]

    def __init__(
        self,
        *,
        num_classes: int,
        loss_silent: dict | None = None,
        tolerance: float = 0.3,
        no_object_weight: float = 0.1,
        **head: Any,
    ) -> None:
        if unknown := sorted(set(head) - self.known_arguments):
            raise TypeError(
                f"{type(self).__name__} got unknown arguments {unknown}; it takes {OWN_ARGUMENTS} "
                f"and those of mmseg's head: {sorted(self.known_arguments)}"
            )
        class_weight = [1.0] * num_classes + [no_object_weight]
        head["loss_cls"] = ConfigDict(head["loss_cls"], class_weight=class_weight)
        super().__init__(num_classes=num_classes, **head)
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
        batch_gt_instances, batch_img_metas = super()._seg_data_to_instance_data(batch_data_samples)
        batch_gt_instances = [
            split_instances(instances, sample.gt_instance_map.data[0])
            if "gt_instance_map" in sample
            else instances
            for instances, sample in zip(batch_gt_instances, batch_data_samples, strict=True)
        ]
        return batch_gt_instances, batch_img_metas

    def loss_by_feat(
        self,
        all_cls_scores: Sequence[Tensor],
        all_mask_preds: Sequence[Tensor],
        batch_gt_instances: list[InstanceData],
        batch_img_metas: list[dict],
    ) -> dict[str, Tensor]:
        """Sum up Eq. 5 for every decoder layer.

        Args:
            all_cls_scores: (B, Q, K + 1) of each layer.
            all_mask_preds: (B, Q, h, w) of each layer.

        Returns:
            ``loss_cls``, ``loss_mask``, ``loss_dice`` and ``loss_silent`` of the last layer, the
            others' as ``d{layer}.loss_*``.
        """
        height, width = all_mask_preds[-1].shape[-2:]
        union = sounding_union(
            [instances.masks for instances in batch_gt_instances], size=(height, width)
        )
        losses = {}
        last = len(all_cls_scores) - 1
        readings = self.read_layers(
            all_cls_scores, all_mask_preds, union, batch_gt_instances, batch_img_metas
        )
        for layer, (class_logits, reading) in enumerate(zip(all_cls_scores, readings, strict=True)):
            prefix = "" if layer == last else f"d{layer}."
            layer_losses = self._layer_losses(class_logits, reading, union)
            losses.update({prefix + name: loss for name, loss in layer_losses.items()})
        return losses

    def read_layers(
        self,
        all_cls_scores: Sequence[Tensor],
        all_mask_preds: Sequence[Tensor],
        union: Tensor,
        batch_gt_instances: list[InstanceData],
        batch_img_metas: list[dict],
    ) -> Iterator[LayerReading]:
        """Match the queries of one layer after another with the ground truth, as mmdet does.

        Args:
            all_cls_scores: (B, Q, K + 1) of each layer.
            all_mask_preds: (B, Q, h, w) of each layer.
            union: (B, h, w) in {0, 1}, the sounding pixels.
        """
        for class_logits, mask_logits in zip(all_cls_scores, all_mask_preds, strict=True):
            labels, _, targets, weights, _ = self.get_targets(
                list(class_logits), list(mask_logits), batch_gt_instances, batch_img_metas
            )
            pairs = (torch.stack(weights) > 0).nonzero(as_tuple=True)
            masks = mask_logits.detach().float().sigmoid()
            matched, sums = MaskReadout.apply(mask_logits, masks, union, pairs)
            yield LayerReading(torch.stack(labels), matched, torch.cat(targets), sums)

    def _layer_losses(
        self, class_logits: Tensor, reading: LayerReading, union: Tensor
    ) -> dict[str, Tensor]:
        # (B, Q, K + 1), the layer's masks, (B, h, w)
        intersection, area = reading.sums.unbind(dim=-1)
        repeats = overlap_fraction(intersection.detach(), area.detach()) >= self.tolerance
        losses = {
            "loss_cls": self._class_loss(class_logits, reading.labels, repeats),
            **self._mask_losses(reading.matched_logits, reading.targets),
        }
        if self.loss_silent is not None:
            losses["loss_silent"] = self.loss_silent.of_overlap(
                class_logits,
                overlap_iou(intersection, area, union),
                matched=reading.labels < self.num_classes,
                union=union,
            )
        return losses

    def _class_loss(self, class_logits: Tensor, labels: Tensor, repeats: Tensor) -> Tensor:
        # A query that lies off the sounding objects may show a silent one: it is tolerated.
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
        return self.matched_mask_losses(mask_logits, masks, num_masks=num_masks)

    def matched_mask_losses(
        self, mask_logits: Tensor, masks: Tensor, *, num_masks: Tensor
    ) -> dict[str, Tensor]:
        """Return ``loss_mask`` and ``loss_dice`` of the M > 0 matched pairs of a batch.

        Args:
            mask_logits: (M, h, w).
            masks: (M, H, W) in {0, 1}.
            num_masks: M, averaged over the processes.
        """
        raise NotImplementedError

    def predict_queries(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return the last decoder layer's prediction of every query.

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
