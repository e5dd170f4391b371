"""Recall, precision, false positives, oracle J and AP of stage 1's candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from torch import Tensor

from avs_mm.datasets.category_maps import regions_of
from avs_mm.evaluation.functional import jaccard, pairwise_iou
from avs_mm.evaluation.functional.average_precision import (
    SoundingDetections,
    best_of_each,
    mean_average_precision,
)
from avs_mm.evaluation.metrics.sample_fields import naming, pixel_data, sounding_mask
from avs_mm.registry import METRICS

__all__ = ["CandidateMetric"]


@dataclass(frozen=True)
class FrameCandidates:
    """What CandidateMetric keeps of a frame; None where silent objects are not annotated."""

    instances: int
    sounding_objects: int
    sounding_found: int
    silent_objects: int | None
    silent_found: int | None
    of_sounding: int  # candidates that find a sounding object
    of_silent: int | None
    of_either: int | None
    false_positive_masks: int | None
    oracle_jaccard: float
    detections: SoundingDetections | None  # where there are audio scores


@METRICS.register_module()
class CandidateMetric(BaseMetric):
    """Which objects stage 1 finds, sounding and silent, among the candidates of a frame.

    An object is the region of one category in a category map. It is found when a candidate of its
    category has an IoU with it above ``iou_threshold``. Reported, fractions in [0, 1]:

    - ``candidates/I``: candidates in the whole set (the paper's Table 3), and
      ``candidates/I_per_frame``.
    - ``candidates/sounding_recall``: fraction of the sounding objects that are found.
    - ``candidates/silent_recall``: the same for silent objects, over the frames where they are
      annotated.
    - ``candidates/sounding_precision``: fraction of the candidates that find a sounding object; of
      several that find the same each counts.
    - ``candidates/silent_precision`` and ``candidates/precision``: fraction that finds a silent
      object, and fraction that finds either, over the frames where silent objects are annotated.
    - ``candidates/false_positive_masks``: candidates a frame whose IoU with every object,
      sounding or silent and of whatever category, is at most ``iou_threshold``, over the frames
      where silent objects are annotated.
    - ``candidates/oracle_J``: J of the union of the candidates whose category sounds in the frame,
      as an oracle chooses them that knows which categories sound.
    - ``candidates/AP50`` (for ``iou_threshold`` 0.5): average precision of the sounding objects,
      with the candidates in the order of their audio scores, those of one category in one frame in
      that of their scores; mean over the categories that sound anywhere. Only where candidates have
      audio scores, that is in stage 2.

    A figure with nothing to measure (a set without sounding objects, without annotated silent
    objects) is left out.

    Reads ``pred_instances`` (masks (n, H, W), labels (n,); for AP also scores (n,) and
    ``audio_scores`` (n,)), ``gt_sem_seg`` and, where there is one,
    ``gt_silent_map``, category maps (1, H, W) with 255 for no object, and ``gt_sounding_mask``
    (1, H, W).

    Raises:
        ValueError: if ``iou_threshold`` is not in [0, 1); in ``process``, naming the image, if a
            field is missing or the sizes differ.
    """

    default_prefix = "candidates"

    def __init__(
        self,
        *,
        iou_threshold: float = 0.5,
        collect_device: str = "cpu",
        prefix: str | None = None,
        collect_dir: str | None = None,
    ) -> None:
        super().__init__(collect_device=collect_device, prefix=prefix, collect_dir=collect_dir)
        if not 0 <= iou_threshold < 1:
            raise ValueError(f"iou_threshold must be in [0, 1), got {iou_threshold}")
        self.iou_threshold = iou_threshold

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(self._count(sample))

    def compute_metrics(self, results: list[FrameCandidates]) -> dict[str, float]:
        if not results:
            raise ValueError("no frame was evaluated; is the test set empty?")
        instances = sum(frame.instances for frame in results)
        metrics: dict[str, float] = {"I": float(instances), "I_per_frame": instances / len(results)}

        sounding_objects = sum(frame.sounding_objects for frame in results)
        if sounding_objects:
            sounding_found = sum(frame.sounding_found for frame in results)
            metrics["sounding_recall"] = sounding_found / sounding_objects

        silent_objects = sum(frame.silent_objects or 0 for frame in results)
        if silent_objects:
            silent_found = sum(frame.silent_found or 0 for frame in results)
            metrics["silent_recall"] = silent_found / silent_objects

        if instances:
            metrics["sounding_precision"] = sum(f.of_sounding for f in results) / instances
        judged = [frame for frame in results if frame.silent_objects is not None]
        judged_instances = sum(frame.instances for frame in judged)
        if judged_instances:
            metrics["silent_precision"] = sum(f.of_silent or 0 for f in judged) / judged_instances
            metrics["precision"] = sum(f.of_either or 0 for f in judged) / judged_instances

        counts = [f.false_positive_masks for f in results if f.false_positive_masks is not None]
        if counts:
            metrics["false_positive_masks"] = sum(counts) / len(counts)

        metrics["oracle_J"] = float(np.mean([frame.oracle_jaccard for frame in results]))

        detections = [frame.detections for frame in results if frame.detections is not None]
        if sounding_objects and len(detections) == len(results):
            metrics[f"AP{100 * self.iou_threshold:g}"] = mean_average_precision(detections)
        return metrics

    def _count(self, sample: dict) -> FrameCandidates:
        masks, labels = _candidates(sample)
        size = masks.shape[1:]
        target = sounding_mask(sample, size=size).to(masks.device)
        sounding = pixel_data(
            sample,
            "gt_sem_seg",
            "candidates are judged by category (for MS3 give the dataset its semantic_root)",
            size=size,
        ).to(masks.device)

        # sounding objects, and the candidates of their categories
        categories, objects = regions_of(sounding)
        iou = pairwise_iou(masks, objects)  # (n, sounding objects)
        same_category = labels[:, None] == categories  # (n, sounding objects)
        finds = (iou > self.iou_threshold) & same_category
        finds_sounding = finds.any(dim=1)  # (n,)
        chosen = masks[same_category.any(dim=1)].any(dim=0, keepdim=True)  # (1, H, W)

        # silent objects, and the candidates that match neither
        silent_objects = silent_found = false_positive_masks = None
        of_silent = of_either = None
        if "gt_silent_map" in sample:
            silent = pixel_data(sample, "gt_silent_map", "", size=size).to(masks.device)
            silent_categories, silent_regions = regions_of(silent)
            silent_iou = pairwise_iou(masks, silent_regions)  # (n, silent objects)
            silent_objects = len(silent_categories)
            same_category = labels[:, None] == silent_categories
            finds_silent = (silent_iou > self.iou_threshold) & same_category
            silent_found = int(finds_silent.any(dim=0).sum())
            of_silent = int(finds_silent.any(dim=1).sum())
            of_either = int((finds_sounding | finds_silent.any(dim=1)).sum())
            matches = torch.cat([iou, silent_iou], dim=1) > self.iou_threshold
            false_positive_masks = int((~matches.any(dim=1)).sum())

        # which of the candidates count as found by the audio scores
        detections = None
        instances = sample["pred_instances"]
        if "audio_scores" in instances:
            detections = best_of_each(
                labels, instances["audio_scores"], instances["scores"], finds_sounding, categories
            )

        return FrameCandidates(
            instances=len(masks),
            sounding_objects=len(categories),
            sounding_found=int(finds.any(dim=0).sum()),
            silent_objects=silent_objects,
            silent_found=silent_found,
            of_sounding=int(finds_sounding.sum()),
            of_silent=of_silent,
            of_either=of_either,
            false_positive_masks=false_positive_masks,
            oracle_jaccard=float(jaccard(chosen.float(), target)),
            detections=detections,
        )


def _candidates(sample: dict) -> tuple[Tensor, Tensor]:
    """Masks, bool ``(n, H, W)``, and labels ``(n,)`` of all candidates."""
    if "pred_instances" not in sample:
        raise ValueError(
            "the sample has no pred_instances; the model must predict its candidates, as "
            "avs_mm.PotentialObjectSegmentor and avs_mm.AVSC do"
        )
    masks, labels = (sample["pred_instances"][key] for key in ("masks", "labels"))
    if masks.ndim != 3 or labels.shape != masks.shape[:1]:
        raise ValueError(
            "pred_instances must have masks (n, H, W) and labels (n,), got "
            f"{tuple(masks.shape)} and {tuple(labels.shape)}"
        )
    return masks.bool(), labels
