"""Stage 1 without stage 2: the most confident candidate of a frame is said to sound (Table 4)."""

from collections.abc import Sequence

import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.datasets.category_maps import BACKGROUND

__all__ = ["mark_most_confident"]


def mark_most_confident(
    candidates: Sequence[InstanceData], data_samples: list[SegDataSample]
) -> list[SegDataSample]:
    """Add the candidates and, as what sounds, the most confident one of each frame (Table 4)."""
    for sample, frame_candidates in zip(data_samples, candidates, strict=True):
        sample.pred_instances = frame_candidates
        sounding_map = frame_candidates.masks.new_zeros(sample.ori_shape, dtype=torch.float32)
        category_map = torch.full_like(sounding_map, BACKGROUND, dtype=torch.long)
        if len(frame_candidates):
            top = frame_candidates.scores.argmax()
            sounding_map[frame_candidates.masks[top]] = 1.0
            category_map[frame_candidates.masks[top]] = frame_candidates.labels[top]
        sample.pred_sounding_map = PixelData(data=sounding_map[None])
        sample.pred_sem_seg = PixelData(data=category_map[None])
    return data_samples
