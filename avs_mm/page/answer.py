"""What the page draws, as JSON: the candidates once, and the decisions for every sound."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.rle import encode_rle
from avs_mm.tracking import colour_of

__all__ = ["describe_candidates", "describe_categories", "describe_decisions"]

LONGEST_SIDE = 960  # pixels of a mask that is sent
MOST_CATEGORIES = 8
LEAST_SCORE = 0.05  # of a category that is plotted


def describe_candidates(frames: Sequence[EncodedFrame], classes: Sequence[str]) -> dict[str, Any]:
    """Describe the objects of a video, whatever sounds.

    Args:
        classes: Names of the K categories.

    Returns:
        ``size`` [H, W] of the masks, ``times`` in seconds, ``objects`` with ``id``, ``category``
        and ``colour``, and ``masks``: of each frame pairs of an object's place in ``objects`` and
        its mask, the ``counts`` of COCO's compressed RLE.
    """
    labels: dict[int, int] = {}  # of each object, in the order in which they are first seen
    for frame in frames:
        for track, label in zip(frame.ids, frame.labels, strict=True):
            labels.setdefault(track, int(label))
    places = {track: place for place, track in enumerate(labels)}
    size = _reduced(frames[0].size) if frames else (0, 0)
    return {
        "size": size,
        "times": [round(frame.time, 3) for frame in frames],
        "objects": [
            {"id": track, "category": classes[label], "colour": list(colour_of(track))}
            for track, label in labels.items()
        ],
        "masks": [
            [
                [places[track], _counts(rle, size)]
                for track, rle in zip(frame.ids, frame.rles, strict=True)
            ]
            for frame in frames
        ],
    }


def describe_decisions(frames: Sequence[Frame]) -> list[dict[str, Any]]:
    """Describe what sounds under one sound, in the order of the candidates' ``objects``.

    Returns:
        Of each object a letter a frame, ``sounding``: "1" where it sounds, "0" where it is silent
        and "-" where it is not seen; and ``scores``, the audio score a frame, or null.
    """
    found_in = [{found.id: found for found in frame.objects} for frame in frames]
    decisions = []
    for kind in _objects(frames):
        seen = [found.get(kind.id) for found in found_in]
        decisions.append(
            {
                "sounding": "".join("-" if one is None else str(int(one.sounding)) for one in seen),
                "scores": [
                    None if one is None or one.audio_score is None else round(one.audio_score, 3)
                    for one in seen
                ],
            }
        )
    return decisions


def describe_categories(
    scores: NDArray[np.floating], classes: Sequence[str]
) -> list[dict[str, Any]]:
    """Describe the categories that the sound has most of, the highest score first.

    Args:
        scores: (T, K) in [0, 1], a row a second.
        classes: Names of the K categories.

    Returns:
        At most 8 of ``category`` and ``scores``, T of them.
    """
    highest = scores.max(axis=0, initial=0)
    order = np.argsort(-highest, kind="stable")[:MOST_CATEGORIES]
    return [
        {"category": classes[k], "scores": [round(float(score), 3) for score in scores[:, k]]}
        for k in order
        if highest[k] >= LEAST_SCORE
    ]


def _objects(frames: Sequence[Frame]) -> list[AVSObject]:
    """List every object of a video as it is first seen."""
    first: dict[int, AVSObject] = {}
    for frame in frames:
        for found in frame.objects:
            first.setdefault(found.id, found)
    return list(first.values())


def _reduced(size: tuple[int, int]) -> tuple[int, int]:
    factor = min(1.0, LONGEST_SIDE / max(size))
    return round(size[0] * factor), round(size[1] * factor)


def _counts(rle: dict[str, Any], size: tuple[int, int]) -> str:
    if tuple(rle["size"]) != size:
        height, width = size
        mask = cv2.resize(coco_mask.decode(rle), (width, height), interpolation=cv2.INTER_NEAREST)
        (rle,) = encode_rle(mask[None])
    counts: bytes = rle["counts"]
    return counts.decode("ascii")
