"""From a frame's queries to its candidates: category filter, score filter (paper, section 3.3)."""

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from torch import Tensor


def select_candidates(
    class_logits: Tensor,
    mask_logits: Tensor,
    *,
    size: tuple[int, int],
    score_threshold: float = 0.0,
    quality_threshold: float = 0.0,
    least_area: float = 0.0,
) -> InstanceData:
    """Keep the best mask of every category that a frame's queries show.

    The category filter drops the queries whose most probable category is "no object"; the score
    filter keeps, within each category, the query with the highest probability of it. Masks are made
    binary at ``size``; one that covers no pixel, or less than ``least_area``, is no candidate, and
    one of little quality is none either: a faint mask shows nothing (beyond the paper).

    Args:
        class_logits: (Q, K + 1), no object last.
        mask_logits: (Q, h, w).
        size: H, W of the candidates' masks.
        score_threshold: Least probability of a candidate's category, [0, 1].
        quality_threshold: Least quality of a candidate's mask, see ``mask_quality``.
        least_area: Least fraction of the frame that a candidate covers, [0, 1].

    Returns:
        ``masks`` bool (n, H, W), ``labels`` (n,) ascending, ``scores`` (n,) in [0, 1].
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
    best = torch.ones_like(queries, dtype=torch.bool)
    best[1:] = labels[queries[1:]] != labels[queries[:-1]]
    queries = queries[best]

    # Only the survivors are brought to full size
    masks = mask_logits.new_zeros((0, *size), dtype=torch.bool)
    if len(queries):
        full_size = F.interpolate(
            mask_logits[queries][:, None].float(), size, mode="bilinear", align_corners=False
        )
        masks = full_size[:, 0] > 0
    visible = masks.flatten(1).sum(dim=1) >= max(1, least_area * size[0] * size[1])
    return InstanceData(
        masks=masks[visible], labels=labels[queries][visible], scores=scores[queries][visible]
    )


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
