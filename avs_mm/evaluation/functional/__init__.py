"""The scores as pure functions, without state and without a data sample."""

from avs_mm.evaluation.functional.avis_scores import avis_scores
from avs_mm.evaluation.functional.class_scores import (
    class_pixels,
    dataset_f,
    dataset_miou,
    false_discovery_rate,
    image_f,
    image_iou,
    in_image,
)
from avs_mm.evaluation.functional.frame_accuracy import frame_accuracy
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
from avs_mm.evaluation.functional.nearest_pixels import nearest_pixels
from avs_mm.evaluation.functional.track_scores import track_scores
from avs_mm.evaluation.functional.video_tracks import PredictedTrack, VideoTracks, video_tracks

__all__ = [
    "BETA_SQUARED",
    "NUM_THRESHOLDS",
    "PredictedTrack",
    "VideoTracks",
    "avis_scores",
    "class_pixels",
    "dataset_f",
    "dataset_miou",
    "f_curve",
    "f_measure",
    "f_thresholds",
    "false_discovery_rate",
    "false_positive_rate",
    "foreground",
    "frame_accuracy",
    "global_score",
    "image_f",
    "image_iou",
    "in_image",
    "jaccard",
    "maximum_f",
    "nearest_pixels",
    "pairwise_iou",
    "recognised_silence",
    "silent_iou",
    "track_scores",
    "video_tracks",
]
