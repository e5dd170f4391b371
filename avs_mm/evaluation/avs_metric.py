from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from avs_mm.evaluation.functional import f_curve, jaccard, maximum_f
from avs_mm.evaluation.sample_fields import naming, sounding_map, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["AVSMetric"]


@dataclass(frozen=True)
class FrameScores:
    """What AVSMetric keeps of a frame, about 1 kB."""

    jaccard: float
    has_object: bool
    f_curve: np.ndarray  # float32 (255,)


@METRICS.register_module()
class AVSMetric(BaseMetric):
    """J and F of AVSBench's per-image protocol, both in [0, 1] and independent of the batch size.

    ``avs/J`` is the mean of the frames' Jaccard index. ``avs/F`` is the maximum of the F curve
    averaged over all frames whose mask is not empty, 0 if there is none; the official code takes
    the maximum a batch, so its F is higher the smaller the batch. A frame's F curve is kept until
    the end, so that runs on one and on several processes give the same numbers.

    Reads ``pred_sounding_map`` (1, H, W) in [0, 1] and ``gt_sounding_mask`` (1, H, W) in {0, 1}.

    Source: AVSBench (Zhou et al., ECCV 2022).

    Raises:
        ValueError: in ``process``, naming the picture, if a field is missing, the sizes differ or a
            value is out of range.
    """

    default_prefix = "avs"

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(self._score(sample))

    def compute_metrics(self, results: list[FrameScores]) -> dict[str, float]:
        if not results:
            raise ValueError("no frame was evaluated; is the test set empty?")
        curves = torch.from_numpy(np.stack([frame.f_curve for frame in results])).double()
        has_object = torch.tensor([frame.has_object for frame in results])
        return {
            "J": float(np.mean([frame.jaccard for frame in results])),
            "F": float(maximum_f(curves, has_object)),
        }

    def _score(self, sample: dict) -> FrameScores:
        prob = sounding_map(sample)
        mask = sounding_mask(sample, size=prob.shape[1:]).to(prob.device)
        return FrameScores(
            jaccard=float(jaccard(prob, mask)),
            has_object=bool(mask.any()),
            f_curve=f_curve(prob, mask)[0].cpu().numpy(),
        )
