"""Stage 2's answer: which candidates of a frame sound, by their audio scores (paper, Eq. 1)."""

from collections.abc import Mapping, Sequence
from typing import Literal

import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.models.sounding_map import loudest_category, sounding_map
from avs_mm.models.threshold_at_half import with_threshold_at_half

__all__ = ["is_sounding", "mark_sounding"]


def mark_sounding(
    candidates: Sequence[InstanceData],
    category_scores: Tensor,
    data_samples: list[SegDataSample],
    *,
    threshold: float,
    output: Literal["category", "binary"],
) -> list[SegDataSample]:
    """Add ``pred_sounding_map``, ``pred_sem_seg`` and ``pred_instances`` to the samples.

    Args:
        candidates: Of each frame, at the size of the predictions, with ``ranks`` or without; they
            stay as they are.
        category_scores: (B, K) in [0, 1].
        threshold: Above which a pixel sounds; ``pred_sounding_map`` has it on 0.5.
        output: What ``pred_sem_seg`` is: "category" (255 = background) or "binary".
    """
    for sample, frame_candidates, scores in zip(
        data_samples, candidates, category_scores, strict=True
    ):
        scored = frame_candidates.clone()
        scored.audio_scores = scores[scored.labels]
        if "ranks" in scored:
            scored.audio_scores = scored.audio_scores * scored.ranks
        frame_map = sounding_map(scored, scores)
        sounding = frame_map > threshold
        if output == "category":
            segmentation = torch.where(sounding, loudest_category(scored), BACKGROUND)
        else:
            segmentation = sounding.long()
        sample.pred_instances = scored
        sample.pred_sounding_map = PixelData(
            data=with_threshold_at_half(frame_map, threshold)[None]
        )
        sample.pred_sem_seg = PixelData(data=segmentation[None])
    return data_samples


def is_sounding(
    candidates: InstanceData | Mapping[str, Tensor], category_map: Tensor
) -> list[bool]:
    """Tell which candidates sound, by the answer of a model.

    One sounds where the map carries its category inside its mask, except on pixels that it shares
    with a candidate of its category that has a higher audio score, which is then what sounds there.

    Args:
        candidates: ``masks`` bool (n, H, W), ``labels`` (n,) and, where there are any,
            ``audio_scores`` (n,).
        category_map: ``pred_sem_seg``, (H, W).
    """
    masks, labels = candidates["masks"].bool(), candidates["labels"]
    scores = candidates.get("audio_scores")
    sounding = []
    for index, (mask, label) in enumerate(zip(masks, labels, strict=True)):
        own = mask & (category_map == label)
        if scores is not None:
            louder = (labels == label) & (scores > scores[index])
            own = own & ~masks[louder].any(dim=0)
        sounding.append(bool(own.any()))
    return sounding
