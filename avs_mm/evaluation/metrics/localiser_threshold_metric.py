"""J and F of a sound localiser's heat map at several thresholds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from avs_mm.evaluation.functional import f_curve, jaccard
from avs_mm.evaluation.functional.input_checks import check_pair
from avs_mm.evaluation.metrics.accumulating_metric import AccumulatingMetric
from avs_mm.evaluation.metrics.exact_mean import ExactMean
from avs_mm.evaluation.metrics.sample_fields import pixel_data, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["LocaliserThresholdMetric"]


@dataclass
class ThresholdState:
    """What LocaliserThresholdMetric keeps of all frames, a number a threshold."""

    jaccard: ExactMean
    f: ExactMean
    frames: int = 0

    def merge(self, other: "ThresholdState") -> None:
        self.frames += other.frames
        self.jaccard.merge(other.jaccard)
        self.f.merge(other.f)


@METRICS.register_module()
class LocaliserThresholdMetric(AccumulatingMetric):
    """J and F of a localiser's heat map at several thresholds, in [0, 1].

    - ``localiser/J_at_0.5`` ... ``localiser/J_at_0.9``: mean Jaccard index of heat > threshold.
    - ``localiser/F_at_0.5`` ...: F (beta² = 0.3) of the same binary mask, mean over the frames
      whose mask is not empty; 0 if there is none. ``avs/F`` in contrast is that of the heat map, a
      maximum over 255 thresholds.
    - ``localiser/J``, ``localiser/F``, ``localiser/threshold``: those at the threshold of the
      highest J, the lowest of several. It is chosen on the frames that it is reported on, which
      favours the localiser, as in the paper.

    Give the threshold to the model (``model.threshold=0.6``) for every other metric to use it, too.

    Reads ``pred_heat_map`` (1, H, W) in [0, 1] and ``gt_sounding_mask`` (1, H, W) in {0, 1}.

    Args:
        thresholds: In [0, 1).

    Source: the paper's section 4.3 and Table 2.

    Raises:
        ValueError: if a threshold is out of range or none is given; in ``process``, naming the
            image, if a field is missing, the sizes differ or a value is out of range; in
            ``evaluate``, if frames are missing or were counted twice.
    """

    default_prefix = "localiser"

    def __init__(
        self,
        *,
        thresholds: Sequence[float] = (0.5, 0.6, 0.7, 0.8, 0.9),
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        if not thresholds or not all(0 <= threshold < 1 for threshold in thresholds):
            raise ValueError(f"thresholds are one or more heats in [0, 1), got {thresholds}")
        self.thresholds = sorted(float(threshold) for threshold in set(thresholds))

    def initial_state(self) -> ThresholdState:
        count = len(self.thresholds)
        return ThresholdState(jaccard=ExactMean.of_shape(count), f=ExactMean.of_shape(count))

    def add(self, state: ThresholdState, sample: dict, index: int) -> None:
        heat = pixel_data(
            sample, "pred_heat_map", "this metric is for models that localise, as avs_mm.EZVSL does"
        ).detach()
        mask = sounding_mask(sample, size=heat.shape[1:]).to(heat.device)
        check_pair(heat, mask)

        # The binary masks as a batch of frames, a threshold each
        levels = heat.new_tensor(self.thresholds)[:, None, None]
        binary = (heat > levels).float()
        masks = mask.expand(len(binary), -1, -1)
        state.frames += 1
        state.jaccard.add(jaccard(binary, masks))
        state.f.add(f_curve(binary, masks)[:, -1], where=bool(mask.any()))

    def compute(self, state: ThresholdState) -> dict[str, float]:
        jaccards, fs = state.jaccard.value(), state.f.value()
        best = int(np.argmax(jaccards))
        metrics = {}
        for name, values in (("J", jaccards), ("F", fs)):
            for threshold, value in zip(self.thresholds, values, strict=True):
                metrics[f"{name}_at_{threshold:g}"] = float(value)
        return {
            **metrics,
            "J": float(jaccards[best]),
            "F": float(fs[best]),
            "threshold": self.thresholds[best],
        }
