"""Average precision of the objects that sound, ranked by their audio scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from mmdet.evaluation.functional import average_precision
from torch import Tensor

__all__ = ["SoundingDetections", "best_of_each", "mean_average_precision"]


@dataclass(frozen=True)
class SoundingDetections:
    """The n candidates of a frame, and the categories that sound in it."""

    labels: np.ndarray  # (n,)
    audio_scores: np.ndarray  # (n,)
    scores: np.ndarray  # (n,)
    right: np.ndarray  # bool (n,): the first to find the object of its category
    categories: np.ndarray  # (m,)


def best_of_each(
    labels: Tensor, audio_scores: Tensor, scores: Tensor, found: Tensor, categories: Tensor
) -> SoundingDetections:
    """Let one candidate of a category be right: of those that find its object, the best scored.

    All are (n,), ``found`` bool; ``categories`` (m,) are those of the frame's sounding objects.
    """
    detections = SoundingDetections(
        labels=labels.cpu().numpy(),
        audio_scores=audio_scores.detach().cpu().numpy(),
        scores=scores.detach().cpu().numpy(),
        right=np.zeros(len(labels), bool),
        categories=categories.cpu().numpy(),
    )
    taken: set[int] = set()
    for index in _by_falling_score(detections.audio_scores, detections.scores):
        label = int(detections.labels[index])
        if found[index] and label not in taken:
            detections.right[index] = True
            taken.add(label)
    return detections


def mean_average_precision(frames: Sequence[SoundingDetections]) -> float:
    """Mean over the categories that sound in any frame of the area under precision over recall.

    In [0, 1]; the area is mmdet's, under the curve made monotonous (PASCAL VOC from 2010 on).
    """
    labels, audio_scores, scores, right, categories = (
        np.concatenate([getattr(frame, name) for frame in frames])
        for name in ("labels", "audio_scores", "scores", "right", "categories")
    )
    areas = []
    for category, num_objects in zip(*np.unique(categories, return_counts=True), strict=True):
        own = labels == category
        true_positives = right[own][_by_falling_score(audio_scores[own], scores[own])].cumsum()
        precision = true_positives / np.arange(1, len(true_positives) + 1)
        areas.append(average_precision(true_positives / num_objects, precision))
    return float(np.mean(areas))


def _by_falling_score(audio_scores: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.lexsort((-scores, -audio_scores))
