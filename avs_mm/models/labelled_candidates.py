"""The labelled objects as candidates, where stage 1 has missed them (beyond the paper)."""

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.datasets.category_maps import categories_in
from avs_mm.models.mask_overlap import mask_iou

__all__ = ["LEAST_IOU", "with_labelled_objects"]

LEAST_IOU = 0.5  # at which a candidate is the labelled object


def with_labelled_objects(candidates: InstanceData, category_map: Tensor) -> InstanceData:
    """Make each labelled category a candidate, in the place of one that misses the object.

    Eq. 6 has no gradient for a category without a candidate; with these it has one in every frame.

    Args:
        candidates: ``masks`` bool (n, H, W), ``labels`` (n,), ``scores`` (n,), one a category.
        category_map: (H, W), 255 where nothing is labelled.

    Returns:
        Candidates whose ``labels`` ascend; the score of a labelled object is 1.
    """
    masks, labels, scores = [], [], []
    kept = torch.ones(len(candidates), dtype=torch.bool)
    for label in categories_in(category_map).tolist():
        region = category_map == label
        same = candidates.labels == label
        if (mask_iou(candidates.masks[same], region) >= LEAST_IOU).any():
            continue
        kept &= ~same.cpu()
        masks.append(region)
        labels.append(label)
        scores.append(1.0)
    if not masks:
        return candidates
    rest = candidates[kept.to(candidates.labels.device)]
    all_labels = torch.cat([rest.labels, rest.labels.new_tensor(labels)])
    order = all_labels.argsort()
    return InstanceData(
        masks=torch.cat([rest.masks, torch.stack(masks)])[order],
        labels=all_labels[order],
        scores=torch.cat([rest.scores, rest.scores.new_tensor(scores)])[order],
    )
