"""A loss on the logits of an ``InstanceHead``, where labels tell instances apart."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.instance_labels import labelled_instances
from avs_mm.models.mask_overlap import mask_iou

__all__ = ["instance_loss", "instance_targets"]

LEAST_IOU = 0.5  # at which a candidate is the labelled object


def instance_loss(
    candidates: Sequence[InstanceData], data_samples: Sequence[SegDataSample]
) -> Tensor:
    """Compute the binary cross-entropy between ``rank_logits`` and `instance_targets`.

    The mean over all candidates of the batch that have a target; 0 where none has one.

    Args:
        candidates: Of each frame, as of ``InstanceHead.rank``.

    Raises:
        ValueError: a sample has no category map or no instance map.
    """
    logits, targets = [], []
    for frame_candidates, sample in zip(candidates, data_samples, strict=True):
        if "gt_instance_map" not in sample or "gt_sem_seg" not in sample:
            raise ValueError(
                f"{sample.get('img_path')}: an instance_head learns from labels of instances, and "
                "this frame has no gt_instance_map: use avs_mm.LoadInstanceMasks with "
                "instances=True, as configs/_base_/avis.py does, or leave out instance_head"
            )
        chosen, found = instance_targets(
            frame_candidates, sample.gt_sem_seg.data[0], sample.gt_instance_map.data[0]
        )
        logits.append(frame_candidates.rank_logits[chosen])
        targets.append(found[chosen])
    all_logits, all_targets = torch.cat(logits), torch.cat(targets)
    if not len(all_targets):
        return torch.cat([frame.rank_logits for frame in candidates]).sum() * 0
    return F.binary_cross_entropy_with_logits(all_logits, all_targets.to(all_logits))


def instance_targets(
    candidates: InstanceData, category_map: Tensor, instance_map: Tensor
) -> tuple[Tensor, Tensor]:
    """Tell which candidates have a target, and which of them are an object that sounds.

    A candidate has one if its category sounds in the frame and has another candidate, too.

    Args:
        candidates: ``masks`` bool (n, H, W) and ``labels`` (n,).
        category_map: (H, W), 255 where nothing sounds.
        instance_map: (H, W), the number of the object that sounds, from 1 on.

    Returns:
        Two bool (n,): which have a target, and which overlap an object of their category with an
        IoU of 0.5 or more.
    """
    masks, labels = candidates.masks, candidates.labels
    objects = labelled_instances(category_map, instance_map)
    several = (labels[:, None] == labels).sum(dim=1) > 1
    chosen = several & torch.isin(labels, objects.labels)
    found = torch.zeros_like(chosen)
    for label, mask in zip(objects.labels, objects.masks, strict=True):
        found |= chosen & (labels == label) & (mask_iou(masks, mask) >= LEAST_IOU)
    return chosen, found
