"""From a frame's queries to its candidates: category filter, score filter (paper, section 3.3)."""

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.models.mask_overlap import mask_iou

__all__ = ["different_objects", "mask_quality", "select_candidates"]

SAME_OBJECT = 0.5  # IoU, as of a detection and a labelled object at COCO's AP50


def select_candidates(
    class_logits: Tensor,
    mask_logits: Tensor,
    *,
    size: tuple[int, int],
    score_threshold: float = 0.0,
    quality_threshold: float = 0.0,
    least_area: float = 0.0,
    candidates_per_category: int = 1,
) -> InstanceData:
    """Keep the best masks of every category that a frame's queries show.

    The category filter drops the queries whose most probable category is "no object"; the score
    filter keeps, within each category, the query with the highest probability of it, or several
    that are different objects (``different_objects``, beyond the paper). Masks are made
    binary at ``size``; one that covers no pixel, or less than ``least_area``, is no candidate, and
    one of little quality is none either: a faint mask shows nothing (beyond the paper).

    Args:
        class_logits: (Q, K + 1), no object last.
        mask_logits: (Q, h, w).
        size: H, W of the candidates' masks.
        score_threshold: Least probability of a candidate's category, [0, 1].
        quality_threshold: Least quality of a candidate's mask, see ``mask_quality``.
        least_area: Least fraction of the frame that a candidate covers, [0, 1].
        candidates_per_category: At most; 1 is the paper's.

    Returns:
        ``masks`` bool (n, H, W), ``labels`` (n,) ascending and, within one, ``scores`` (n,) in
        [0, 1] descending; ``queries`` (n,), which query each comes from.
    """
    probabilities = class_logits.float().softmax(dim=-1)
    scores, labels = probabilities.max(dim=-1)
    no_object = class_logits.shape[-1] - 1

    # Category filter
    confident = (scores >= score_threshold) & (mask_quality(mask_logits) >= quality_threshold)
    queries = torch.nonzero((labels != no_object) & confident)[:, 0]

    # Score filter: sorted by category, then by falling score, each category's first is its best
    queries = queries[scores[queries].argsort(descending=True, stable=True)]
    queries = queries[labels[queries].argsort(stable=True)]
    kept = different_objects(
        mask_logits[queries] > 0, labels[queries], per_category=candidates_per_category
    )
    queries = queries[kept]

    # Only the survivors are brought to full size
    masks = mask_logits.new_zeros((0, *size), dtype=torch.bool)
    if len(queries):
        full_size = F.interpolate(
            mask_logits[queries][:, None].float(), size, mode="bilinear", align_corners=False
        )
        masks = full_size[:, 0] > 0
    visible = masks.flatten(1).sum(dim=1) >= max(1, least_area * size[0] * size[1])
    queries = queries[visible]
    return InstanceData(
        masks=masks[visible], labels=labels[queries], scores=scores[queries], queries=queries
    )


def different_objects(
    masks: Tensor, labels: Tensor, *, per_category: int, least_iou: float = SAME_OBJECT
) -> Tensor:
    """Choose the first masks of each category that show different objects: mask NMS.

    Args:
        masks: bool (n, h, w), the best of each category first.
        labels: (n,) ascending.
        per_category: How many are chosen at most; 1 is the first.
        least_iou: From which on two masks of a category show the same object.

    Returns:
        bool (n,).

    Raises:
        ValueError: per_category is less than 1.
    """
    if per_category < 1:
        raise ValueError(f"candidates_per_category is at least 1, not {per_category}")
    first = torch.ones_like(labels, dtype=torch.bool)
    first[1:] = labels[1:] != labels[:-1]
    if per_category == 1:
        return first
    chosen: dict[int, list[int]] = {}
    for index, label in enumerate(labels.tolist()):
        others = chosen.setdefault(label, [])
        if (
            len(others) == per_category
            or (mask_iou(masks[others], masks[index]) >= least_iou).any()
        ):
            continue
        others.append(index)
    kept = torch.zeros_like(first)
    kept[[index for indices in chosen.values() for index in indices]] = True
    return kept


def mask_quality(mask_logits: Tensor) -> Tensor:
    """Mean probability of the pixels within each mask: MaskFormer's mask score.

    Args:
        mask_logits: (Q, h, w); a mask is where they are above 0.

    Returns:
        (Q,): above 0.5, or 0 for a mask without a pixel.
    """
    mask_logits = mask_logits.float()
    inside = mask_logits > 0
    probabilities = (mask_logits.sigmoid() * inside).sum(dim=(-2, -1))
    return probabilities / inside.sum(dim=(-2, -1)).clamp(min=1)
