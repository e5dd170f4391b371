"""J and F of AVSBench, and the dataset-level scores that share their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.evaluation.functional import (
    NUM_THRESHOLDS,
    f_curve,
    foreground,
    jaccard,
    nearest_pixels,
)
from avs_mm.evaluation.functional.class_scores import (
    class_pixels,
    dataset_f,
    dataset_miou,
    false_discovery_rate,
    image_f,
    image_iou,
    in_image,
)
from avs_mm.evaluation.metrics.accumulating_metric import AccumulatingMetric
from avs_mm.evaluation.metrics.exact_mean import ExactMean
from avs_mm.evaluation.metrics.official_f import OfficialF
from avs_mm.evaluation.metrics.sample_fields import pixel_data, sounding_map, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["AVSS_OFFICIAL_SIZE", "AVSMetric"]

OFFICIAL_BATCH_SIZES = (5, 10, 20)  # frames: one, two and four clips of five seconds
AVSS_OFFICIAL_SIZE = (224, 224)
PADDED_PARTS = ("v1s", "v1m")  # clips of 5 frames, which the official loader pads to 10


@dataclass
class AVSState:
    """What AVSMetric keeps of all frames: C classes, the background included."""

    class_pixels: Tensor  # int64 (3, C)
    class_iou: ExactMean  # (C,)
    class_f: ExactMean  # (C,)
    official_class_iou: ExactMean  # (C,)
    official_class_f: ExactMean  # (C,)
    official: list[OfficialF]
    frames: int = 0
    jaccard: ExactMean = field(default_factory=ExactMean.of_shape)
    f_curve: ExactMean = field(default_factory=lambda: ExactMean.of_shape(NUM_THRESHOLDS))

    def merge(self, other: "AVSState") -> None:
        self.frames += other.frames
        self.jaccard.merge(other.jaccard)
        self.f_curve.merge(other.f_curve)
        for mine, theirs in zip(self.official, other.official, strict=True):
            mine.merge(theirs)
        self.class_pixels += other.class_pixels
        self.class_iou.merge(other.class_iou)
        self.class_f.merge(other.class_f)
        self.official_class_iou.merge(other.official_class_iou)
        self.official_class_f.merge(other.official_class_f)


@METRICS.register_module()
class AVSMetric(AccumulatingMetric):
    """Both families of scores that the field calls mIoU and F, under names of their own, in [0, 1].

    AVSBench's per-image protocol, which the paper's tables use:

    - ``avs/J``: mean over the frames of the Jaccard index.
    - ``avs/F``: maximum over the thresholds of the F curve averaged over all frames whose mask is
      not empty, 0 if there is none; no batch size changes it.
    - ``avs/F_official@20frames``: F as the official code takes it, a maximum a batch, with batches
      of 20 frames, for each of ``official_batch_sizes``. Higher the smaller the batch.

    The dataset-level protocol (CAVP and others), never to be compared with the above: from one
    confusion matrix over the whole set, each a mean over the classes, which are background and
    sounding, or with ``classwise`` background and the K categories:

    - ``avs/mIoU_dataset``, ``avs/F_dataset`` (beta² = 0.3) and ``avs/FDR``, the fraction of false
      among the pixels predicted.

    With ``classwise``, AVSBench-semantic's own (AVSS: K + 1 = 71 classes):

    - ``avs/mIoU_AVSS``, ``avs/F_AVSS``: mean over the K + 1 classes of the mean over the images
      where the class is predicted or labelled, at the size of the labels.
    - ``avs/mIoU_AVSS_official``, ``avs/F_AVSS_official``, where the samples name their ``part``: as
      the official test has them. The labels are brought to 224x224 by PIL's NEAREST, and so is the
      prediction, if the model gives none of its own there (``pred_input_sem_seg``). The frames by
      which v1s and v1m are padded to ten count as background that was recognised.

    The numbers depend neither on the loader's batches nor on the number of processes.

    Reads ``pred_sounding_map`` (1, H, W) in [0, 1] and ``gt_sounding_mask`` (1, H, W) in {0, 1};
    with ``classwise`` also ``pred_sem_seg`` and ``gt_sem_seg``, category maps (1, H, W) with 255
    for the background.

    Args:
        official_batch_sizes: In FRAMES, where papers name clips: 5 is one clip of S4 or MS3 (COMBO,
            Stepping-Stones), 10 two (AVSegFormer), 20 four (TPAVI).
        classwise: Also score the categories; for models that predict them on AVSS.

    Source: AVSBench (Zhou et al., ECCV 2022 and IJCV 2024); CAVP (Chen et al., CVPR 2024).

    Raises:
        ValueError: if a batch size is below 1; in ``process``, naming the image, if a field is
            missing, the sizes differ or a value is out of range; in ``evaluate``, if frames are
            missing or were counted twice.
    """

    default_prefix = "avs"

    def __init__(
        self,
        *,
        official_batch_sizes: Sequence[int] = (5, 20),
        classwise: bool = False,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        if any(size < 1 for size in official_batch_sizes):
            raise ValueError(
                f"official_batch_sizes are numbers of frames from 1 on, got {official_batch_sizes}"
            )
        self.official_batch_sizes = tuple(dict.fromkeys(official_batch_sizes))
        self.classwise = classwise

    def initial_state(self) -> AVSState:
        num_classes = self._num_classes()
        return AVSState(
            class_pixels=torch.zeros(3, num_classes, dtype=torch.int64),
            class_iou=ExactMean.of_shape(num_classes),
            class_f=ExactMean.of_shape(num_classes),
            official_class_iou=ExactMean.of_shape(num_classes),
            official_class_f=ExactMean.of_shape(num_classes),
            official=[OfficialF(size) for size in self.official_batch_sizes],
        )

    def add(self, state: AVSState, sample: dict, index: int) -> None:
        prob = sounding_map(sample)
        mask = sounding_mask(sample, size=prob.shape[1:]).to(prob.device)
        frame_jaccard, curve = jaccard(prob, mask)[0], f_curve(prob, mask)[0]
        predicted, labelled = self._classes(sample, prob, mask)
        pixels = class_pixels(predicted, labelled, self._num_classes()).cpu()  # (1, 3, C)

        has_object = bool(mask.any())
        state.frames += 1
        state.jaccard.add(frame_jaccard)
        state.f_curve.add(curve, where=has_object)
        for official in state.official:
            official.add(index, curve, has_object=has_object)
        state.class_pixels += pixels[0]
        if self.classwise:
            present = in_image(pixels)[0]
            state.class_iou.add(image_iou(pixels)[0], where=present)
            state.class_f.add(image_f(pixels)[0], where=present)
            if "part" in sample:
                if "pred_input_sem_seg" in sample:
                    predicted = _background_first(sample["pred_input_sem_seg"]["data"])
                self._add_official_classes(state, predicted, labelled, sample["part"])

    def _add_official_classes(
        self, state: AVSState, predicted: Tensor, labelled: Tensor, part: str
    ) -> None:
        predicted, labelled = (
            nearest_pixels(classes[0], AVSS_OFFICIAL_SIZE)[None]
            for classes in (predicted, labelled)
        )
        pixels = class_pixels(predicted, labelled, self._num_classes()).cpu()
        present = in_image(pixels)[0]
        state.official_class_iou.add(image_iou(pixels)[0], where=present)
        state.official_class_f.add(image_f(pixels)[0], where=present)
        if part in PADDED_PARTS:  # one padded frame for each of the five
            background = torch.zeros(self._num_classes(), dtype=torch.bool)
            background[0] = True
            state.official_class_iou.add(background.double(), where=background)
            state.official_class_f.add(background.double(), where=background)

    def compute(self, state: AVSState) -> dict[str, float]:
        metrics = {"J": float(state.jaccard.value()), "F": float(state.f_curve.value().max())}
        for official in state.official:
            metrics[f"F_official@{official.batch_size}frames"] = official.value()
        metrics["mIoU_dataset"] = dataset_miou(state.class_pixels)
        metrics["F_dataset"] = dataset_f(state.class_pixels)
        metrics["FDR"] = false_discovery_rate(state.class_pixels)
        if self.classwise:
            metrics["mIoU_AVSS"] = float(state.class_iou.value().mean())
            metrics["F_AVSS"] = float(state.class_f.value().mean())
            if state.official_class_iou.count.any():
                metrics["mIoU_AVSS_official"] = float(state.official_class_iou.value().mean())
                metrics["F_AVSS_official"] = float(state.official_class_f.value().mean())
        return metrics

    def _num_classes(self) -> int:
        """C, the background included."""
        if not self.classwise:
            return 2
        classes = (self.dataset_meta or {}).get("classes")
        if not classes:
            raise ValueError(
                "classwise needs the data set's categories; give MS3 its semantic_root, and the "
                "metric dataset_meta where no Runner does"
            )
        return len(classes) + 1

    def _classes(self, sample: dict, prob: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Class of each pixel ``(1, H, W)``, predicted and labelled, 0 for the background."""
        if not self.classwise:
            return foreground(prob), mask
        size = prob.shape[1:]
        predicted = pixel_data(
            sample, "pred_sem_seg", "classwise is for models that predict categories", size=size
        )
        labelled = pixel_data(
            sample, "gt_sem_seg", "classwise is for data sets with categories", size=size
        )
        return _background_first(predicted), _background_first(labelled.to(predicted.device))


def _background_first(category_map: Tensor) -> Tensor:
    """Classes 0..K, 0 for the background, from categories 0..K-1, 255 for the background."""
    return torch.where(category_map == BACKGROUND, 0, category_map.long() + 1)
