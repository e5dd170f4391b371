"""Which of several objects of a category sound: those that move when something sets in."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import Frame
from avs_mm.tracking.synchrony import onset_strength, synchrony

__all__ = ["LEAST_FRACTION", "synchrony_of_objects", "tell_instances_apart"]

LEAST_FRACTION = 0.8  # of the highest synchrony of a category, from which on an object sounds


def synchrony_of_objects(frames: Sequence[EncodedFrame], sound: np.ndarray) -> dict[int, float]:
    """Return how well each object's motion goes with a sound, by its id; see ``synchrony``.

    Args:
        frames: Of a video, in the order of their times; carried ones do not count.
        sound: (N,) in [-1, 1], 16 kHz, from the video's start on.
    """
    frames = [frame for frame in frames if not frame.carried]
    onsets = onset_strength(sound, np.array([frame.time for frame in frames]))
    motion: dict[int, np.ndarray] = defaultdict(lambda: np.full(len(frames), np.nan))
    for place, frame in enumerate(frames):
        for number, energy in zip(frame.ids, frame.motion, strict=True):
            motion[number][place] = energy
    return {number: synchrony(energies, onsets) for number, energies in motion.items()}


def tell_instances_apart(
    frames: Sequence[Frame], of_objects: dict[int, float], *, least_fraction: float = LEAST_FRACTION
) -> list[Frame]:
    """Let only those objects of a category go on sounding whose motion goes with the sound.

    Where one object of a category sounds alone nothing changes, and neither does it where none of
    several goes with the sound: all of them sound, as their category does.

    Args:
        frames: In which every object of a category that sounds is said to sound.
        of_objects: Synchrony in [-1, 1] of each id.
        least_fraction: Of the highest synchrony in a frame's category, from which on one sounds,
            (0, 1]; 1 leaves the best alone.

    Returns:
        Copies; the ``audio_score`` of each object among several is that of its category times its
        fraction.
    """
    return [_told_apart(frame, of_objects, least_fraction) for frame in frames]


def _told_apart(frame: Frame, of_objects: dict[int, float], least_fraction: float) -> Frame:
    by_category: dict[int, list[float]] = defaultdict(list)
    for found in frame.objects:
        if found.sounding:
            by_category[found.label].append(of_objects[found.id])
    best = {
        label: max(values)
        for label, values in by_category.items()
        if len(values) > 1 and max(values) > 0
    }
    objects = []
    for found in frame.objects:
        if found.sounding and found.label in best:
            fraction = max(0.0, of_objects[found.id] / best[found.label])
            score = None if found.audio_score is None else found.audio_score * fraction
            found = replace(found, audio_score=score, sounding=fraction >= least_fraction)
        objects.append(found)
    return replace(frame, objects=objects)
