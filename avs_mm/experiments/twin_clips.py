"""Clips with two objects of one category, judged: which of the two is said to sound."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from pycocotools import mask as coco_mask

from avs_mm.apis.encoded_frames import EncodedFrame, encode_frames
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.frames_under_sound import frames_under_sound
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.apis.instances_in_sync import synchrony_of_objects, tell_instances_apart
from avs_mm.apis.video_sound import SoundWindows
from avs_mm.evaluation.functional.average_precision import (
    SoundingDetections,
    mean_average_precision,
)
from avs_mm.mini.twins import SECONDS, SILENT, SOUNDING, TwinClip
from avs_mm.rle import encode_rle
from avs_mm.tracking import Hysteresis, MotionMeter, Tracker

__all__ = [
    "Pictures",
    "expect_two",
    "judge_clips",
    "judge_picture",
    "judged_by_every_way",
]

LEAST_IOU = 0.5
LEAST_PART = 0.2  # of a mask


@dataclass
class Pictures:
    """What was found in some pictures, one entry each.

    Attributes:
        both: Whether stage 1 has a mask of either object.
        right: Whether the one that sounds is marked, and nothing else is.
        detections: Of the average precision.
    """

    both: list[bool] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)
    detections: list[SoundingDetections] = field(default_factory=list)

    def row(self) -> tuple[float, float, float, float]:
        """Return AP50, ``both``, ``right``, and ``right`` where both were found."""
        both, right = np.array(self.both), np.array(self.right)
        of_both = right[both].mean() if both.any() else float("nan")
        return (
            mean_average_precision(self.detections),
            float(both.mean()),
            float(right.mean()),
            float(of_both),
        )


def expect_two(inferencer: AVSInferencer, *, split: bool) -> None:
    """Let a model give two candidates a category.

    Args:
        split: Whether the connected parts of a mask become candidates, as of a stage 1 that was
            trained with one mask a category.
    """
    segmentor = inferencer.model.segmentor if inferencer.uses_sound else inferencer.model
    segmentor.candidates_per_category = 2
    segmentor.split_parts = LEAST_PART if split else 0.0


def judged_by_every_way(inferencer: AVSInferencer, clip: TwinClip) -> dict[str, list[Frame]]:
    """Judge the frames of a clip.

    Returns:
        Its frames by ``category`` and by ``synchrony``, the sounding category given, and, of a
        stage 2, by ``stage 2``: its own audio scores, then synchrony.
    """
    due = ((time, image, True) for time, image in zip(clip.times, clip.frames, strict=True))
    encoded = list(encode_frames(inferencer, due, Tracker(), meter=MotionMeter()))
    in_sync = synchrony_of_objects(encoded, clip.sound)
    given = [_all_sounding(inferencer, frame, clip.category) for frame in encoded]
    ways = {"category": given, "synchrony": tell_instances_apart(given, in_sync)}
    if inferencer.uses_sound:
        heard = frames_under_sound(
            inferencer,
            encoded,
            SoundWindows([clip.sound], seconds_before=inferencer.seconds_before),
            duration=SECONDS,
            audio_every=1.0,
            hysteresis=Hysteresis(0.0),
        )
        ways["stage 2"] = tell_instances_apart(list(heard), in_sync)
    return ways


def _all_sounding(inferencer: AVSInferencer, frame: EncodedFrame, category: int) -> Frame:
    """Let all of the category sound: the sound's category is given."""
    objects = [
        AVSObject(
            id=frame.ids[index],
            category=inferencer.classes[category],
            rle=frame.rles[index],
            visual_score=float(frame.scores[index]),
            audio_score=1.0,
            sounding=True,
            label=category,
        )
        for index in np.flatnonzero(frame.labels == category)
    ]
    return Frame(time=frame.time, size=frame.size, objects=objects)


def judge_clips(
    clips: Sequence[TwinClip], judged: Sequence[Mapping[str, list[Frame]]]
) -> dict[str, Pictures]:
    """Score the pictures of clips, as of `judged_by_every_way`, a way at a time."""
    scored: dict[str, Pictures] = {way: Pictures() for way in judged[0]}
    for clip, ways in zip(clips, judged, strict=True):
        for way, frames in ways.items():
            for frame, labels in zip(frames, clip.labels, strict=True):
                judge_picture(frame, labels, clip.category, scored[way])
    return scored


def judge_picture(frame: Frame, labels: np.ndarray, category: int, pictures: Pictures) -> None:
    """Add a picture.

    Args:
        frame: Its objects.
        labels: (H, W): 0, ``SOUNDING`` or ``SILENT``.
        category: Of both.
        pictures: To which it is added.
    """
    truth = encode_rle(np.stack([labels == which for which in (SOUNDING, SILENT)]))
    found = frame.objects
    rles = [one.rle for one in found]
    overlaps = coco_mask.iou(rles, truth, [0, 0]) if found else np.zeros((0, 2))  # (n, 2)
    categories = np.array([one.label for one in found], int)
    overlaps = overlaps * (categories == category)[:, None]  # no other category is right
    hits = overlaps > LEAST_IOU  # so no mask is that of both
    marked = np.array([one.sounding for one in found], bool)
    only_right = (overlaps[marked, 0] > overlaps[marked, 1]).all()
    pictures.both.append(bool(hits.any(axis=0).all()))
    pictures.right.append(bool(hits[marked, 0].any() and only_right))
    scores = np.array([one.audio_score for one in found], float)
    first = np.zeros(len(found), bool)
    if hits[:, 0].any():
        first[np.where(hits[:, 0], scores, -1).argmax()] = True
    pictures.detections.append(
        SoundingDetections(
            labels=categories,
            audio_scores=scores,
            scores=np.array([one.visual_score for one in found], float),
            right=first,
            categories=np.array([category]),
        )
    )
