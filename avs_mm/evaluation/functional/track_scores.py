"""mAP and HOTA of tracks of masks, by TrackEval."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from avs_mm.evaluation.functional.video_tracks import VideoTracks

__all__ = ["require_trackeval", "track_scores"]

AREAS = [[0, 128**2], [128**2, 256**2], [256**2, 1e10]]  # pixels
AP_NAMES = {
    "AP_all": "mAP",
    "AP_area_s": "AP_s",
    "AP_area_m": "AP_m",
    "AP_area_l": "AP_l",
    "AR_all": "AR",
}
HOTA_NAMES = ("HOTA", "DetA", "AssA", "LocA")


def track_scores(
    videos: Sequence[VideoTracks], categories: Sequence[int], *, official: bool
) -> dict[str, float]:
    """Tracks scored a category at a time, then averaged over the categories, in [0, 1].

    ``mAP``, ``AP_s``, ``AP_m``, ``AP_l`` (objects of a mean area up to 128² and 256² pixels, and
    larger) and ``AR``: at an IoU of .50, .55 ... .95 with all masks of a track at once; of the
    categories that are annotated. A size without objects is left out. ``HOTA``, ``DetA``, ``AssA``
    and ``LocA``: means over the IoU thresholds .05, .10 ... .95; left out if nothing is annotated
    and nothing predicted, but for the official ones.

    Args:
        videos: With empty masks (``keep_empty``) for the official scores, where each then counts
            as a detection that HOTA finds wrong; else without.
        categories: Their ids.
        official: As AVISeg's code, which counts a category that is neither annotated nor predicted
            as HOTA 0 (LocA 1), and gives the first track an id, 0, for which TrackEval matches it
            to several objects.

    Source: HOTA (Luiten et al., IJCV 2021), TrackMAP (Yang et al., ICCV 2019); AVISeg (Guo et al.,
    CVPR 2025), ``eval_track``.

    Raises:
        ImportError: TrackEval is not installed.
    """
    hota, track_map = require_trackeval()
    options = {"USE_TIME_RANGES": False, "AREA_RANGES": AREAS, "PRINT_CONFIG": False}
    metrics = {"map": track_map(options), "hota": hota()}
    videos = sorted(videos, key=lambda video: video.name)
    first_id = 0 if official else 1
    first_ids = first_id + np.cumsum([0, *(len(video.predicted) for video in videos)])
    combined: dict[str, dict[int, Any]] = {name: {} for name in metrics}
    for category in categories:
        data = {
            video.name: _data(video, category, first_id=int(first))
            for video, first in zip(videos, first_ids, strict=False)
        }
        for name, metric in metrics.items():
            parts = {video: metric.eval_sequence(values) for video, values in data.items()}
            combined[name][category] = metric.combine_sequences(parts)

    average = metrics["map"].combine_classes_class_averaged(combined["map"])
    scores = {
        ours: float(np.mean(average[theirs]))
        for theirs, ours in AP_NAMES.items()
        if np.all(average[theirs] >= 0)
    }
    nothing = not any(v.truth_present.any() or v.predicted_present.any() for v in videos)
    if nothing and not official:
        return scores
    average = metrics["hota"].combine_classes_class_averaged(
        combined["hota"], ignore_empty_classes=not official
    )
    return scores | {name: float(np.mean(average[name])) for name in HOTA_NAMES}


def require_trackeval() -> tuple[Any, Any]:
    """Return TrackEval's classes HOTA and TrackMAP.

    Raises:
        ImportError: TrackEval is not installed.
    """
    try:
        from trackeval.metrics import HOTA, TrackMAP
    except ImportError as error:
        raise ImportError(
            f'mAP and HOTA need TrackEval ({error}): pip install "avs_mm[avis]"'
        ) from error
    return HOTA, TrackMAP


def _data(video: VideoTracks, category: int, *, first_id: int) -> Mapping[str, Any]:
    """What TrackEval's metrics read of one category in one video."""
    truth = [place for place, t in enumerate(video.truth) if t.category_id == category]
    found = [place for place, t in enumerate(video.predicted) if t.category_id == category]
    present = video.truth_present[:, truth]
    found_present = video.predicted_present[:, found]
    ids, num_ids = _ids(present)
    found_ids, num_found_ids = _ids(found_present)
    by_score = sorted(found, key=lambda place: -video.predicted[place].score)
    return {
        "num_timesteps": video.num_frames,
        "gt_ids": ids,
        "tracker_ids": found_ids,
        "num_gt_ids": num_ids,
        "num_tracker_ids": num_found_ids,
        "num_gt_dets": int(present.sum()),
        "num_tracker_dets": int(found_present.sum()),
        "similarity_scores": [
            video.ious[frame][np.ix_(truth, found)][np.ix_(rows, columns)]
            for frame, (rows, columns) in enumerate(zip(present, found_present, strict=True))
        ],
        "gt_tracks": [dict(enumerate(video.truth[place].segmentations)) for place in truth],
        "gt_track_ids": [video.truth[place].id for place in truth],
        "gt_track_areas": [video.truth[place].area for place in truth],
        "gt_track_iscrowd": [int(video.truth[place].iscrowd) for place in truth],
        "dt_tracks": [dict(enumerate(video.predicted[place].masks)) for place in by_score],
        "dt_track_ids": [first_id + place for place in by_score],
        "dt_track_areas": [video.predicted[place].area for place in by_score],
        "dt_track_scores": [video.predicted[place].score for place in by_score],
        "iou_type": "mask",
    }


def _ids(present: np.ndarray) -> tuple[list[np.ndarray], int]:
    """Number the tracks that are ever present, and name those of each frame."""
    ever = present.any(axis=0)
    numbers = np.cumsum(ever) - 1
    return [numbers[frame] for frame in present], int(ever.sum())
