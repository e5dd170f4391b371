"""The scores as pure functions on tensors, without state and without a data sample."""

from avs_mm.evaluation.functional.class_scores import (
    class_pixels,
    dataset_f,
    dataset_miou,
    false_discovery_rate,
    image_f,
    image_iou,
    in_image,
)
from avs_mm.evaluation.functional.frame_scores import (
    BETA_SQUARED,
    NUM_THRESHOLDS,
    f_curve,
    f_measure,
    f_thresholds,
    false_positive_rate,
    foreground,
    global_score,
    jaccard,
    maximum_f,
    pairwise_iou,
    recognised_silence,
    silent_iou,
)

__all__ = [
    "BETA_SQUARED",
    "NUM_THRESHOLDS",
    "class_pixels",
    "dataset_f",
    "dataset_miou",
    "f_curve",
    "f_measure",
    "f_thresholds",
    "false_discovery_rate",
    "false_positive_rate",
    "foreground",
    "global_score",
    "image_f",
    "image_iou",
    "in_image",
    "jaccard",
    "maximum_f",
    "pairwise_iou",
    "recognised_silence",
    "silent_iou",
]
