"""From candidates and category scores to the sounding map (paper, Eq. 1)."""

from collections.abc import Sequence

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND

__all__ = ["loudest_category", "objects_of", "sounding_map", "sounding_maps"]


def sounding_map(candidates: InstanceData, category_scores: Tensor) -> Tensor:
    """Compute S_asl = sum_j p_{c_j} m_j of one frame (Eq. 1), clamped to 1 in overlaps.

    Several candidates of one category are one mask here, their union: where two of them overlap,
    the probability of their category does not double. With ``ranks`` r of an ``InstanceHead`` that
    mask is max_j r_j m_j, so that the category sounds where its candidates rank high.

    Args:
        candidates: ``masks`` (n, H, W), ``labels`` (n,) and, where there are any, ``ranks`` (n,).
        category_scores: (K,) in [0, 1].

    Returns:
        (H, W) in [0, 1].
    """
    masks, labels = candidates.masks, candidates.labels
    categories = labels.unique()
    if len(categories) < len(labels):
        of_each = [labels == category for category in categories]
        if "ranks" in candidates:
            ranked = masks * candidates.ranks[:, None, None]
            masks = torch.stack([ranked[own].amax(dim=0) for own in of_each])
        else:
            masks = torch.stack([masks[own].any(dim=0) for own in of_each])
        labels = categories
    scores = category_scores[labels]
    return torch.einsum("n,nhw->hw", scores, masks.to(scores.dtype)).clamp(max=1)


def sounding_maps(candidates: Sequence[InstanceData], category_scores: Tensor) -> Tensor:
    """Compute S_asl of every frame, (B, H, W), from category scores (B, K)."""
    return torch.stack(
        [
            sounding_map(frame_candidates, frame_scores)
            for frame_candidates, frame_scores in zip(candidates, category_scores, strict=True)
        ]
    )


def objects_of(candidates: InstanceData, categories: Sequence[int]) -> Tensor:
    """Join the masks of the candidates of some categories, bool (H, W)."""
    chosen = [label in categories for label in candidates.labels.tolist()]
    return candidates.masks[
        torch.tensor(chosen, dtype=torch.bool, device=candidates.masks.device)
    ].any(dim=0)


def loudest_category(candidates: InstanceData) -> Tensor:
    """Give each pixel the category of its loudest candidate, (H, W); 255 where there is none."""
    masks = candidates.masks
    category_map = masks.new_full(masks.shape[1:], BACKGROUND, dtype=torch.long)
    for index in candidates.audio_scores.argsort():
        category_map[masks[index]] = candidates.labels[index]
    return category_map
