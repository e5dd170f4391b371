"""Several objects of one category as ground truth of their own, where labels tell them apart."""

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.datasets.category_maps import regions_of

__all__ = ["labelled_instances", "split_instances"]


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


def labelled_instances(category_map: Tensor, instance_map: Tensor) -> InstanceData:
    """List the objects of a frame whose labels tell them apart.

    Args:
        category_map: (H, W), 255 where nothing is labelled.
        instance_map: (H, W) int, as of `split_instances`.

    Returns:
        ``labels`` (m,) ascending and ``masks`` bool (m, H, W).
    """
    labels, masks = regions_of(category_map)
    return split_instances(InstanceData(labels=labels, masks=masks), instance_map)
