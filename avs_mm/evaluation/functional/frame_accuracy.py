"""FSLA, the score of AVISeg for a frame as a whole: all of its objects right, or not."""

from collections.abc import Sequence

import numpy as np
from pycocotools import mask as coco_mask
from scipy.optimize import linear_sum_assignment

from avs_mm.evaluation.functional.video_tracks import VideoTracks

__all__ = ["FSLA_THRESHOLDS", "frame_accuracy"]

FSLA_THRESHOLDS = np.arange(0.05, 0.99, 0.05)
KINDS = ("n", "s", "m")  # no source, a single one, several
OFFICIAL_EMPTY = b"PPTl0"  # the RLE of an empty mask of 720 x 1280: what the official code knows


def frame_accuracy(videos: Sequence[VideoTracks], *, official: bool) -> dict[str, float]:
    """Frame-level sound localisation accuracy, in [0, 1]: ``FSLA``, ``FSLAn``, ``s`` and ``m``.

    A frame is right at a threshold if prediction and annotation have the same set of categories,
    the same number of masks, and each annotated mask an IoU above the threshold with that of the
    track that is its partner over the whole video. The share of right frames of all videos is
    averaged over the thresholds .05, .10 ... .95; over all frames, and over those in which nothing
    (n), one object (s), or more (m) sounds. A kind without frames is left out.

    Args:
        videos: With empty masks (``keep_empty``) for the official score, else without.
        official: As AVISeg's code, whose score differs: for one source it takes the partner of
            another track where their order differs; categories of all tracks of the video count
            in every frame, so that a frame without a source is right only if the whole video has
            no prediction; it knows empty masks of 720 x 1280 pixels alone; and it looks up tracks
            by their place in the file, their partners by the order of the ids.

    Source: AVISeg (Guo et al., CVPR 2025), ``compute_av_loc``.
    """
    right = {kind: np.zeros(len(FSLA_THRESHOLDS)) for kind in KINDS}
    frames = dict.fromkeys(KINDS, 0)
    for video in videos:
        judged = _official(video) if official else _corrected(video)
        for sources, is_right in zip(video.truth_present.sum(axis=1), judged, strict=True):
            kind = KINDS[min(int(sources), 2)]
            frames[kind] += 1
            right[kind] += is_right
    scores = {
        "FSLA": float(np.sum([*right.values()], axis=0).mean() / max(sum(frames.values()), 1))
    }
    for kind in KINDS:
        if frames[kind]:
            scores[f"FSLA{kind}"] = float(right[kind].mean() / frames[kind])
    return scores


def _corrected(video: VideoTracks) -> np.ndarray:
    """Whether each frame is right at each threshold, bool (T, thresholds)."""
    partners = dict(zip(*linear_sum_assignment(-video.alignment), strict=True))
    right = np.zeros((video.num_frames, len(FSLA_THRESHOLDS)), bool)
    truth = np.array([track.category_id for track in video.truth])
    predicted = np.array([track.category_id for track in video.predicted])
    for frame in range(video.num_frames):
        objects = np.flatnonzero(video.truth_present[frame])
        found = np.flatnonzero(video.predicted_present[frame])
        if len(objects) != len(found) or {*truth[objects]} != {*predicted[found]}:
            continue
        right[frame] = True
        for place in objects:
            partner = partners.get(place)
            same = partner in found and truth[place] == predicted[partner]
            right[frame] &= same and video.ious[frame, place, partner] > FSLA_THRESHOLDS
    return right


def _official(video: VideoTracks) -> np.ndarray:
    """The same with the defects of the official code; every predicted track has every mask."""
    ids = [track.id for track in video.truth]
    ever = np.flatnonzero(video.truth_present.any(axis=0))
    by_id = sorted(ever, key=lambda place: ids[place])
    rows, columns = linear_sum_assignment(-video.alignment[by_id])
    empty = np.array(
        [[_is_officially_empty(mask) for mask in track.masks] for track in video.predicted], bool
    ).reshape(len(video.predicted), video.num_frames)
    categories = {track.category_id for track in video.predicted}
    right = np.zeros((video.num_frames, len(FSLA_THRESHOLDS)), bool)
    for frame in range(video.num_frames):
        objects = np.flatnonzero(video.truth_present[frame])
        same = {video.truth[place].category_id for place in objects} == categories
        if not same or len(objects) != (~empty[:, frame]).sum():
            continue
        if len(objects) == 0:
            right[frame] = True
        elif len(objects) == 1:
            found = np.flatnonzero(columns == objects[0])  # the tracker's places, not the truth's
            if len(found):
                right[frame] = video.ious[frame, objects[0], found[0]] > FSLA_THRESHOLDS
        else:
            right[frame] = True
            for row, column in zip(rows, columns, strict=True):
                if video.truth[row].category_id != video.predicted[column].category_id:
                    right[frame] = False
                elif video.truth_present[frame, row]:
                    right[frame] &= video.ious[frame, row, column] > FSLA_THRESHOLDS
                else:
                    right[frame] &= empty[column, frame]
    return right


def _is_officially_empty(mask: dict | None) -> bool:
    return mask is not None and mask["counts"] == OFFICIAL_EMPTY and not coco_mask.area(mask)
