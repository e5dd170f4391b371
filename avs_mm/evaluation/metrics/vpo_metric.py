"""The scores of VPO: one confusion matrix of the whole set, ignored pixels left out."""

from dataclasses import dataclass

import torch
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.evaluation.functional.class_scores import (
    class_pixels,
    dataset_f,
    dataset_miou,
    false_discovery_rate,
)
from avs_mm.evaluation.metrics.accumulating_metric import AccumulatingMetric
from avs_mm.evaluation.metrics.sample_fields import pixel_data
from avs_mm.registry import METRICS

__all__ = ["VPOMetric"]


@dataclass
class VPOState:
    """The pixels of all images: shared, predicted and labelled, int64 (3, C)."""

    class_pixels: Tensor
    frames: int = 0

    def merge(self, other: "VPOState") -> None:
        self.frames += other.frames
        self.class_pixels += other.class_pixels


@METRICS.register_module()
class VPOMetric(AccumulatingMetric):
    """mIoU, F and FDR of the whole set, means over the K + 1 classes, in [0, 1].

    ``vpo/mIoU`` (a class that is nowhere counts as 0), ``vpo/F1`` and ``vpo/F0.3`` (beta² = 1 and
    0.3) and ``vpo/FDR`` (lower is better); classes for which these are not defined are left out.
    Never to be compared with AVSBench's J and F, which are means over images.

    Reads the category maps ``pred_sem_seg`` and ``gt_sem_seg`` (1, H, W), 255 for the background,
    and, where there is one, ``gt_ignore_mask`` (1, H, W): pixels that count nowhere.

    Source: CAVP (Chen et al., CVPR 2024), its ``ForegroundDetect`` and ``MIoU``.

    Raises:
        ValueError: in ``process``, naming the image, if a field is missing, the sizes differ or a
            value is out of range; in ``evaluate``, if images are missing or were counted twice.
    """

    default_prefix = "vpo"

    def initial_state(self) -> VPOState:
        return VPOState(torch.zeros(3, self._num_classes(), dtype=torch.int64))

    def add(self, state: VPOState, sample: dict, index: int) -> None:
        predicted = pixel_data(sample, "pred_sem_seg", "VPOMetric is for models of categories")
        labelled = pixel_data(
            sample, "gt_sem_seg", "load it with avs_mm.LoadVPOMask", size=predicted.shape[1:]
        ).to(predicted.device)
        counted = torch.ones_like(labelled, dtype=torch.bool)
        if "gt_ignore_mask" in sample:
            ignored = pixel_data(sample, "gt_ignore_mask", "", size=predicted.shape[1:])
            counted = ignored.to(predicted.device) == 0
        predicted, labelled = (
            _classes(classes[counted])[None, None] for classes in (predicted, labelled)
        )
        state.class_pixels += class_pixels(predicted, labelled, self._num_classes())[0].cpu()
        state.frames += 1

    def compute(self, state: VPOState) -> dict[str, float]:
        return {
            "mIoU": dataset_miou(state.class_pixels),
            "F1": dataset_f(state.class_pixels, beta_squared=1.0),
            "F0.3": dataset_f(state.class_pixels),
            "FDR": false_discovery_rate(state.class_pixels),
        }

    def _num_classes(self) -> int:
        """C, the background included."""
        classes = (self.dataset_meta or {}).get("classes")
        if not classes:
            raise ValueError("VPOMetric needs the data set's categories (dataset_meta)")
        return len(classes) + 1


def _classes(category_map: Tensor) -> Tensor:
    return torch.where(category_map == BACKGROUND, 0, category_map.long() + 1)
