"""Which of several objects of a category sound: AP of instances, and the right one of several."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from torch import Tensor

from avs_mm.evaluation.functional import pairwise_iou
from avs_mm.evaluation.functional.average_precision import (
    SoundingDetections,
    mean_average_precision,
)
from avs_mm.evaluation.metrics.sample_fields import naming, pixel_data
from avs_mm.models.instance_labels import labelled_instances
from avs_mm.models.sounding_candidates import is_sounding
from avs_mm.registry import METRICS

__all__ = ["InstanceMetric"]

LEAST_IOU = 0.5


@dataclass(frozen=True)
class CategoryAnswer:
    """The answer for a category of a frame, of which one labelled object sounds."""

    is_choice: bool  # one candidate finds the object, and there is another one
    is_one_of_several: bool  # the video has other objects of the category
    ranked_right: float  # 1, 0, or what a guess among equals reaches
    marked_right: bool


@dataclass(frozen=True)
class FrameInstances:
    """What InstanceMetric keeps of a frame."""

    detections: SoundingDetections
    answers: list[CategoryAnswer]


@METRICS.register_module()
class InstanceMetric(BaseMetric):
    """Whether a model finds the objects that sound, and the right one of several of a category.

    - ``instances/AP50``: average precision of the labelled objects, one by one: candidates in the
      order of their audio scores, each finds at most one object of its category, by an IoU above
      0.5; mean over the categories that sound anywhere.
    - ``instances/choices``: categories of frames in which one labelled object sounds, one candidate
      finds it, and there is another candidate; the two figures below are over these.
    - ``instances/ranked_right``: fraction in which the candidate that finds it has the highest
      audio score of its category; t equal ones count as 1/t, as of a guess.
    - ``instances/marked_right``: fraction in which it alone sounds, as of ``is_sounding``.
    - ``instances/one_of_several``: categories of frames in which one labelled object sounds, of a
      video with several of the category. The three figures below are over these, whatever stage 1
      has found.
    - ``instances/coverage``: fraction that is among the choices above.
    - ``instances/ranked_right_of_all``: fraction in which a candidate that finds the object has the
      highest audio score of its category, equal ones as above; it may be the only candidate.
    - ``instances/marked_right_of_all``: fraction in which one candidate of the category sounds, and
      finds the object.

    A figure with nothing to measure is left out. An object that is silent need not be in the
    picture, so that not every one of several is to be chosen from.

    Reads ``pred_instances`` (masks (n, H, W), labels, scores, ``audio_scores``), ``pred_sem_seg``,
    ``gt_sem_seg`` and ``gt_instance_map``, (1, H, W) each, and, for the last four, where it is
    there, ``video_categories``, as ``AVISDataset`` gives it.

    Raises:
        ValueError: in ``process``, naming the image, if a field is missing or the sizes differ.
    """

    default_prefix = "instances"

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        for sample in data_samples:
            with naming(sample):
                self.results.append(_judge(sample))

    def compute_metrics(self, results: list[FrameInstances]) -> dict[str, float]:
        metrics: dict[str, float] = {}
        if any(len(frame.detections.categories) for frame in results):
            metrics["AP50"] = mean_average_precision([frame.detections for frame in results])
        answers = [answer for frame in results for answer in frame.answers]
        choices = [answer for answer in answers if answer.is_choice]
        several = [answer for answer in answers if answer.is_one_of_several]
        metrics["choices"] = float(len(choices))
        if choices:
            metrics |= _shares_right(choices)
        if several:
            metrics["one_of_several"] = float(len(several))
            metrics["coverage"] = float(np.mean([answer.is_choice for answer in several]))
            metrics |= {f"{name}_of_all": share for name, share in _shares_right(several).items()}
        return metrics


def _shares_right(answers: Sequence[CategoryAnswer]) -> dict[str, float]:
    return {
        "ranked_right": float(np.mean([answer.ranked_right for answer in answers])),
        "marked_right": float(np.mean([answer.marked_right for answer in answers])),
    }


def _judge(sample: dict) -> FrameInstances:
    found = sample.get("pred_instances")
    if found is None or "audio_scores" not in found:
        raise ValueError(
            "the sample has no pred_instances with audio_scores; InstanceMetric is for models that "
            "let a sound decide among candidates, as avs_mm.AVSC"
        )
    masks, labels = found["masks"].bool(), found["labels"]
    categories, objects = _objects(sample, size=masks.shape[1:], device=masks.device)
    finds = (pairwise_iou(masks, objects) > LEAST_IOU) & (labels[:, None] == categories)
    scores = found["audio_scores"].detach().float()
    category_map = pixel_data(sample, "pred_sem_seg", "the model must predict it")[0]
    sounding = torch.tensor(is_sounding(found, category_map), dtype=torch.bool, device=masks.device)

    in_video = list(sample.get("video_categories", ()))
    answers = []
    for category in categories.unique():
        own, of_category = labels == category, categories == category
        if of_category.sum() != 1:
            continue
        hits = finds[:, of_category].any(dim=1)
        best = own & (scores == scores[own].max()) if own.any() else own
        marked = sounding & own
        answers.append(
            CategoryAnswer(
                is_choice=bool(own.sum() > 1 and hits.sum() == 1),
                is_one_of_several=in_video.count(int(category)) > 1,
                ranked_right=float((hits & best).sum() / best.sum().clamp(min=1)),
                marked_right=bool(marked.sum() == 1 and (hits & marked).any()),
            )
        )
    return FrameInstances(
        detections=SoundingDetections(
            labels=labels.cpu().numpy(),
            audio_scores=scores.cpu().numpy(),
            scores=found["scores"].detach().float().cpu().numpy(),
            right=_first_to_find(finds, scores, found["scores"]).cpu().numpy(),
            categories=categories.cpu().numpy(),
        ),
        answers=answers,
    )


def _objects(sample: dict, *, size: torch.Size, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return the categories (m,) and the masks, bool (m, H, W), of the labelled objects."""
    category_map = pixel_data(sample, "gt_sem_seg", "objects are judged by category", size=size)
    numbers = pixel_data(
        sample,
        "gt_instance_map",
        "load it with avs_mm.LoadInstanceMasks(instances=True) in the test pipeline",
        size=size,
    )[0].to(device)
    objects = labelled_instances(category_map[0].to(device), numbers)
    return objects.labels.long(), objects.masks


def _first_to_find(finds: Tensor, audio_scores: Tensor, scores: Tensor) -> Tensor:
    """Tell which candidates (n,) are the best scored ones to find each of the objects (n, m)."""
    right = torch.zeros(len(finds), dtype=torch.bool, device=finds.device)
    left = torch.ones(finds.shape[1], dtype=torch.bool, device=finds.device)
    order = np.lexsort((-scores.detach().float().cpu().numpy(), -audio_scores.cpu().numpy()))
    for index in order.tolist():
        new = torch.nonzero(finds[index] & left)[:, 0]
        if len(new):
            right[index] = True
            left[new[0]] = False
    return right
