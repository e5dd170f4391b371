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
    least_area: float = 0.0,
) -> InstanceData:
    """Keep the best mask of every category that a frame's queries show.

    The category filter drops the queries whose most probable category is "no object"; the score
    filter keeps, within each category, the query with the highest probability of it. Masks are made
    binary at ``size``; one that covers no pixel, or less than ``least_area``, is no candidate.

    Args:
        class_logits: (Q, K + 1), no object last.
        mask_logits: (Q, h, w).
        size: H, W of the candidates' masks.
        score_threshold: Least probability of a candidate's category, [0, 1].
        least_area: Least share of the frame that a candidate covers, [0, 1].

    Returns:
        ``masks`` bool (n, H, W), ``labels`` (n,) ascending, ``scores`` (n,) in [0, 1].
    """
    probabilities = class_logits.float().softmax(dim=-1)
    scores, labels = probabilities.max(dim=-1)
    no_object = class_logits.shape[-1] - 1

    # Category filter
    queries = torch.nonzero((labels != no_object) & (scores >= score_threshold))[:, 0]

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
