from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric

from avs_mm.evaluation.functional import recognised_silence, silent_iou
from avs_mm.evaluation.sample_fields import metainfo, naming, sounding_map
from avs_mm.registry import METRICS

__all__ = ["AudioSensitivityMetric"]


@dataclass(frozen=True)
class FrameSilence:
    """What AudioSensitivityMetric keeps of a frame."""

    audio_condition: str
    recognised: bool
    silent_iou: float


@METRICS.register_module()
class AudioSensitivityMetric(BaseMetric):
    """How well a model falls silent when the audio belongs to nothing in the picture, in [0, 1].

    For every audio condition among the samples, such as silence: ``audio/RA_silence``, the share of
    frames without a single foreground pixel, and ``audio/mIoU_silence``, the mean IoU of the
    predicted background with the frame. The right answer is an empty mask, so a frame under its
    original audio is refused and no annotation is read.

    Reads ``pred_sounding_map`` (1, H, W) in [0, 1] and ``audio_condition``.

    Source: the paper's section 6.5 and Table 6.

    Raises:
        ValueError: in ``process``, naming the picture, if a field is missing, a value is out of
            range or the audio is the original one.
    """

    default_prefix = "audio"

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(self._score(sample))

    def compute_metrics(self, results: list[FrameSilence]) -> dict[str, float]:
        if not results:
            raise ValueError("no frame was evaluated; is the test set empty?")
        by_condition: dict[str, list[FrameSilence]] = defaultdict(list)
        for frame in results:
            by_condition[frame.audio_condition].append(frame)

        metrics = {}
        for condition, frames in sorted(by_condition.items()):
            metrics[f"RA_{condition}"] = float(np.mean([frame.recognised for frame in frames]))
            metrics[f"mIoU_{condition}"] = float(np.mean([frame.silent_iou for frame in frames]))
        return metrics

    def _score(self, sample: dict) -> FrameSilence:
        condition = metainfo(sample, "audio_condition")
        if condition == "original":
            raise ValueError(
                "AudioSensitivityMetric needs audio whose right answer is an empty mask, but this "
                "is the original audio; set test_dataloader.dataset.audio=silence or unmatched"
            )
        prob = sounding_map(sample)
        return FrameSilence(
            audio_condition=condition,
            recognised=bool(recognised_silence(prob)),
            silent_iou=float(silent_iou(prob)),
        )
