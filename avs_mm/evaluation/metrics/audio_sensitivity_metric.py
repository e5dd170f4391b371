"""RA, mIoU, FPR, negative J and F: whether a model falls silent under unmatched audio."""

from collections import defaultdict
from dataclasses import dataclass, field

from avs_mm.evaluation.functional import (
    NUM_THRESHOLDS,
    f_curve,
    false_positive_rate,
    jaccard,
    recognised_silence,
    silent_iou,
)
from avs_mm.evaluation.metrics.accumulating_metric import AccumulatingMetric
from avs_mm.evaluation.metrics.exact_mean import ExactMean
from avs_mm.evaluation.metrics.sample_fields import metainfo, sounding_map, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["AudioSensitivityMetric"]


@dataclass
class ConditionState:
    """What AudioSensitivityMetric keeps of all frames under one audio condition."""

    frames: int = 0
    recognised: ExactMean = field(default_factory=ExactMean.of_shape)
    silent_iou: ExactMean = field(default_factory=ExactMean.of_shape)
    false_positives: ExactMean = field(default_factory=ExactMean.of_shape)
    jaccard: ExactMean = field(default_factory=ExactMean.of_shape)
    f_curve: ExactMean = field(default_factory=lambda: ExactMean.of_shape(NUM_THRESHOLDS))

    def merge(self, other: "ConditionState") -> None:
        self.frames += other.frames
        self.recognised.merge(other.recognised)
        self.silent_iou.merge(other.silent_iou)
        self.false_positives.merge(other.false_positives)
        self.jaccard.merge(other.jaccard)
        self.f_curve.merge(other.f_curve)


@dataclass
class AudioSensitivityState:
    """The state of every audio condition met."""

    conditions: dict[str, ConditionState] = field(
        default_factory=lambda: defaultdict(ConditionState)
    )

    @property
    def frames(self) -> int:
        return sum(state.frames for state in self.conditions.values())

    def merge(self, other: "AudioSensitivityState") -> None:
        for condition, state in other.conditions.items():
            self.conditions[condition].merge(state)


@METRICS.register_module()
class AudioSensitivityMetric(AccumulatingMetric):
    """How well a model falls silent when the audio belongs to nothing in the frame, in [0, 1].

    The right answer is an empty mask. For every audio condition among the samples, such as silence:

    - ``audio/RA_silence``: fraction of frames without a single foreground pixel (Table 6).
    - ``audio/mIoU_silence``: mean IoU of the predicted background with the frame (Table 6).
    - ``audio/FPR_silence``: mean fraction of foreground pixels (AVSBench-Robust), 1 - mIoU.

    And where the samples have ``gt_sounding_mask``, what would sound under the ORIGINAL audio:

    - ``audio/negative_J_silence``, ``audio/negative_F_silence``: AVSMetric's J and F against that
      mask, lower is better (AVSBench-Robust).

    A frame under its original audio is refused.

    Reads ``pred_sounding_map`` (1, H, W) in [0, 1], ``audio_condition`` and, where there is one,
    ``gt_sounding_mask`` (1, H, W) in {0, 1}.

    Source: the paper's section 6.5 and Table 6; AVSBench-Robust (arXiv 2502.00358).

    Raises:
        ValueError: in ``process``, naming the image, if a field is missing, a value is out of
            range or the audio is the original one; in ``evaluate``, if frames are missing or were
            counted twice.
    """

    default_prefix = "audio"

    def initial_state(self) -> AudioSensitivityState:
        return AudioSensitivityState()

    def add(self, state: AudioSensitivityState, sample: dict, index: int) -> None:
        condition = metainfo(sample, "audio_condition")
        if condition == "original":
            raise ValueError(
                "AudioSensitivityMetric needs audio whose right answer is an empty mask, but this "
                "is the original audio; set test_dataloader.dataset.audio=silence or unmatched"
            )
        prob = sounding_map(sample)
        recognised, iou, rate = (
            recognised_silence(prob),
            silent_iou(prob),
            false_positive_rate(prob),
        )
        scores = state.conditions[condition]
        if "gt_sounding_mask" in sample:
            mask = sounding_mask(sample, size=prob.shape[1:]).to(prob.device)
            scores.jaccard.add(jaccard(prob, mask)[0])
            scores.f_curve.add(f_curve(prob, mask)[0], where=mask.any())
        scores.frames += 1
        scores.recognised.add(recognised[0])
        scores.silent_iou.add(iou[0])
        scores.false_positives.add(rate[0])

    def compute(self, state: AudioSensitivityState) -> dict[str, float]:
        metrics = {}
        for condition, scores in sorted(state.conditions.items()):
            metrics[f"RA_{condition}"] = float(scores.recognised.value())
            metrics[f"mIoU_{condition}"] = float(scores.silent_iou.value())
            metrics[f"FPR_{condition}"] = float(scores.false_positives.value())
            if scores.jaccard.count:
                metrics[f"negative_J_{condition}"] = float(scores.jaccard.value())
                metrics[f"negative_F_{condition}"] = float(scores.f_curve.value().max())
        return metrics
