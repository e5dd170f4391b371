"""F curve, J per category and the frames of lowest J: what the plots show."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.evaluation.functional import NUM_THRESHOLDS, f_curve, foreground, jaccard
from avs_mm.evaluation.metrics.exact_mean import ExactMean
from avs_mm.evaluation.metrics.sample_fields import metainfo, naming, sounding_map, sounding_mask

__all__ = ["NOTHING", "UNKNOWN", "FrameLog", "LoggedFrame"]

UNKNOWN = 254  # of an object whose category nothing tells; a data set has up to 254 categories
NOTHING = "nothing sounds"  # in the place of a category


@dataclass(frozen=True)
class LoggedFrame:
    """A frame to be shown: where it is, its J in [0, 1], and what should and what did sound.

    ``truth`` and ``prediction`` are category maps, uint8 (H, W): 0..K-1, 254 where the category is
    unknown, 255 where nothing sounds.
    """

    img_path: str
    clip: str
    frame: int
    jaccard: float
    categories: tuple[str, ...]  # of the truth
    truth: np.ndarray
    prediction: np.ndarray


class FrameLog(BaseMetric):
    """What the plots show of a set of frames, in memory that does not grow with the set.

    A metric that reports no number, so that an evaluator feeds it as it feeds the others; in one
    process only. A frame belongs to every category that sounds in it, by the annotation, else by
    the clip (S4), or to "nothing sounds".

    Reads what ``AVSMetric`` reads, ``clip``, ``frame`` and, where they are there, ``gt_sem_seg``,
    ``pred_sem_seg`` and ``category``.

    Args:
        num_worst: Frames of lowest J to keep, the earlier of two that are equal.
        same_categories: Whether the model numbers the data's categories; without, its predictions
            are logged as of unknown category.
    """

    default_prefix = "frames"

    def __init__(self, *, num_worst: int = 12, same_categories: bool = True) -> None:
        super().__init__()
        self.num_worst = num_worst
        self.same_categories = same_categories
        self.worst: list[LoggedFrame] = []  # in the order of J
        self._curve = ExactMean.of_shape(NUM_THRESHOLDS)
        self._jaccard: dict[str, ExactMean] = defaultdict(ExactMean.of_shape)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self._add(sample)

    def compute_metrics(self, results: list) -> dict[str, float]:
        return {}

    def evaluate(self, size: int) -> dict[str, float]:
        """Report nothing: the log is read from its attributes."""
        return {}

    @property
    def f_curve(self) -> np.ndarray:
        """F at the 255 thresholds, averaged over the frames that have a mask, float64 (255,)."""
        return self._curve.value()

    @property
    def jaccard_per_category(self) -> dict[str, tuple[float, int]]:
        """Mean J of the frames of each category, and their number; in the order of the names."""
        return {
            name: (float(mean.value()), int(mean.count))
            for name, mean in sorted(self._jaccard.items())
        }

    def _add(self, sample: dict) -> None:
        prob = sounding_map(sample)
        mask = sounding_mask(sample, size=prob.shape[1:]).to(prob.device)
        self._curve.add(f_curve(prob, mask)[0], where=mask.any())
        score = float(jaccard(prob, mask))
        truth = _category_map(mask.bool(), sample, "gt_sem_seg")
        categories = self._categories(truth, sample)
        for name in categories or (NOTHING,):
            self._jaccard[name].add(score)

        if len(self.worst) < self.num_worst or score < self.worst[-1].jaccard:
            frame = LoggedFrame(
                img_path=metainfo(sample, "img_path"),
                clip=metainfo(sample, "clip"),
                frame=metainfo(sample, "frame"),
                jaccard=score,
                categories=categories,
                truth=truth,
                # A model without candidates marks what sounds with 1, which is no category.
                prediction=_category_map(
                    foreground(prob),
                    sample if "pred_instances" in sample and self.same_categories else {},
                    "pred_sem_seg",
                ),
            )
            # a stable sort keeps the earlier of two equal frames
            ranked = sorted([*self.worst, frame], key=lambda frame: frame.jaccard)
            self.worst = ranked[: self.num_worst]

    def _categories(self, truth: np.ndarray, sample: dict) -> tuple[str, ...]:
        present = np.unique(truth[truth != BACKGROUND]).tolist()
        if present == [UNKNOWN] and "category" in sample:
            present = [sample["category"]]
        classes = (self.dataset_meta or {}).get("classes") or ()
        return tuple(
            classes[index] if index < len(classes) else "of unknown category" for index in present
        )


def _category_map(region: torch.Tensor, sample: dict, field: str) -> np.ndarray:
    """Give a region, bool (1, H, W), the categories of ``field``, where that knows them."""
    if field in sample:
        categories = sample[field]["data"].to(region.device)
        categories = torch.where(categories == BACKGROUND, UNKNOWN, categories)
    else:
        categories = torch.full_like(region, UNKNOWN, dtype=torch.long)
    return torch.where(region, categories, BACKGROUND)[0].to(torch.uint8).cpu().numpy()
