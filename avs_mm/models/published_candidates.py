"""From queries to segments as MaskFormer and Mask2Former were published: panoptic and instance."""

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.candidates import different_objects, mask_quality

__all__ = ["best_of_each_category", "instance_segments", "panoptic_segments"]


def panoptic_segments(
    class_logits: Tensor,
    mask_logits: Tensor,
    *,
    size: tuple[int, int],
    score_threshold: float = 0.5,
    least_visible: float = 0.8,
) -> InstanceData:
    """Give each pixel to one query at most: panoptic inference (MaskFormer, arXiv 2107.06278, 3.4).

    A pixel goes to the query of the highest class probability times mask probability; a query that
    keeps too little of its mask is dropped with its pixels. As transformers'
    ``post_process_panoptic_segmentation``, which interpolates probabilities; nothing is fused.

    Args:
        class_logits: (Q, K + 1), no object last.
        mask_logits: (Q, h, w).
        size: H, W of the segments.
        score_threshold: Least class probability of a query.
        least_visible: Fraction of its mask that a segment must keep.

    Returns:
        ``masks`` bool (n, H, W), disjoint, ``labels`` (n,), ``scores`` (n,), the class
        probabilities, and ``queries`` (n,), in the order of the queries.
    """
    scores, labels = class_logits.float().softmax(dim=-1).max(dim=-1)
    kept = (labels != class_logits.shape[-1] - 1) & (scores > score_threshold)
    scores, labels, queries = scores[kept], labels[kept], kept.nonzero()[:, 0]
    if not len(labels):
        masks = mask_logits.new_zeros((0, *size), dtype=torch.bool)
        return InstanceData(masks=masks, labels=labels, scores=scores, queries=queries)
    masks = F.interpolate(
        mask_logits[kept][None].float().sigmoid(), size, mode="bilinear", align_corners=False
    )[0]
    weighted = masks * scores[:, None, None]
    owner = weighted.argmax(dim=0)
    segments = owner == torch.arange(len(labels), device=owner.device)[:, None, None]
    # The published code measures the mask where the weighted probability is at least a half.
    area, own_area = segments.flatten(1).sum(dim=1), (weighted >= 0.5).flatten(1).sum(dim=1)
    visible = (own_area > 0) & (area > 0) & (area / own_area.clamp(min=1) > least_visible)
    return InstanceData(
        masks=segments[visible],
        labels=labels[visible],
        scores=scores[visible],
        queries=queries[visible],
    )


def instance_segments(
    class_logits: Tensor,
    mask_logits: Tensor,
    *,
    size: tuple[int, int],
    score_threshold: float = 0.5,
) -> InstanceData:
    """Rank pairs of query and category: instance inference (Mask2Former, arXiv 2112.01527).

    The Q pairs of the highest class probability are kept; a score is that probability times
    ``mask_quality``. Masks may overlap. As transformers'
    ``Mask2FormerImageProcessor.post_process_instance_segmentation``.

    Args:
        class_logits: (Q, K + 1), no object last.
        mask_logits: (Q, h, w).
        size: H, W of the masks, to which the binary ones are brought.
        score_threshold: Least score of an instance.

    Returns:
        ``masks`` bool (n, H, W), ``labels`` (n,), ``scores`` (n,) descending, ``queries`` (n,).
    """
    num_queries, num_classes = class_logits.shape[0], class_logits.shape[1] - 1
    probabilities = class_logits.float().softmax(dim=-1)[:, :-1]
    probabilities, pairs = probabilities.flatten().topk(min(num_queries, probabilities.numel()))
    queries, labels = pairs // num_classes, pairs % num_classes
    scores = probabilities * mask_quality(mask_logits)[queries]
    order = scores.argsort(descending=True, stable=True)
    order = order[scores[order] >= score_threshold]
    binary = (mask_logits[queries[order]] > 0).float()
    masks = mask_logits.new_zeros((0, *size), dtype=torch.bool)
    if len(order):
        masks = F.interpolate(binary[None], size, mode="nearest")[0] > 0
    visible = masks.flatten(1).any(dim=1)
    order = order[visible]
    return InstanceData(
        masks=masks[visible], labels=labels[order], scores=scores[order], queries=queries[order]
    )


def best_of_each_category(
    segments: InstanceData, *, per_category: int = 1, least_area: float = 0.0
) -> InstanceData:
    """Keep the best segments of each category that show different objects.

    Args:
        segments: ``masks`` bool (n, H, W), ``labels`` (n,), ``scores`` (n,).
        per_category: How many at most.
        least_area: Least fraction of the frame that one covers.

    Returns:
        Some of them, ``labels`` ascending and ``scores`` descending within one.
    """
    height, width = segments.masks.shape[1:]
    large = segments.masks.flatten(1).sum(dim=1) >= max(1, least_area * height * width)
    segments = segments[large]
    segments = segments[segments.scores.argsort(descending=True, stable=True)]
    segments = segments[segments.labels.argsort(stable=True)]
    return segments[different_objects(segments.masks, segments.labels, per_category=per_category)]
