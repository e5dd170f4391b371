"""All scores of AVISeg, as it defines them and as its code computes them."""

from collections.abc import Mapping, Sequence

from avs_mm.datasets.avis_layout import AVISAnnotations
from avs_mm.evaluation.functional.frame_accuracy import frame_accuracy
from avs_mm.evaluation.functional.track_scores import track_scores
from avs_mm.evaluation.functional.video_tracks import PredictedTrack, video_tracks

__all__ = ["MODES", "avis_scores"]

MODES = ("corrected", "official")


def avis_scores(
    annotations: AVISAnnotations,
    predicted: Mapping[int, Sequence[PredictedTrack]],
    *,
    modes: Sequence[str] = MODES,
) -> dict[str, float]:
    """Score the tracks of a split, in [0, 1].

    Args:
        predicted: Video id -> its tracks, in the order in which a file lists them.
        modes: "corrected" gives the names of ``frame_accuracy`` and ``track_scores``, "official"
            the same names with ``_official``.

    Raises:
        ImportError: TrackEval is not installed.
        ValueError: Tracks of an unknown video or category, or masks that do not fit the video.
    """
    unknown = sorted(set(predicted) - {video.id for video in annotations.videos})
    if unknown:
        raise ValueError(
            f"video {unknown[0]} has predictions, but the annotation has no such video"
        )
    for video, tracks in predicted.items():
        for track in tracks:
            if track.category_id not in annotations.categories:
                raise ValueError(
                    f"a track of video {video} is of category {track.category_id}, but the "
                    f"annotation has {sorted(annotations.categories)}"
                )
    scores: dict[str, float] = {}
    for mode in modes:
        official = mode == "official"
        videos = [
            video_tracks(video, predicted.get(video.id, ()), keep_empty=official)
            for video in annotations.videos
        ]
        found = frame_accuracy(videos, official=official) | track_scores(
            videos, list(annotations.categories), official=official
        )
        scores |= {f"{name}_official" if official else name: found[name] for name in found}
    return scores
