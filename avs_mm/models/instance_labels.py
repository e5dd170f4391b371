"""Several objects of one category as ground truth of their own, where labels tell them apart."""

import torch
from mmengine.structures import InstanceData
from torch import Tensor

__all__ = ["split_instances"]


def split_instances(categories: InstanceData, instance_map: Tensor) -> InstanceData:
    """Split the mask of each category into those of its objects.

    Args:
        categories: ``labels`` (n,) and ``masks`` (n, H, W) in {0, 1}, one a category.
        instance_map: (H, W) int; within a category, pixels of one number are one object.

    Returns:
        ``labels`` (m,) and ``masks`` (m, H, W), m at least n: those of a category in the order of
        their numbers.
    """
    labels, masks = [], []
    for label, mask in zip(categories.labels, categories.masks, strict=True):
        for number in instance_map[mask > 0].unique():
            labels.append(label)
            masks.append(mask * (instance_map == number))
    if not labels:
        return categories
    return InstanceData(labels=torch.stack(labels), masks=torch.stack(masks))
