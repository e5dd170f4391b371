"""Clips with two objects of one category, of which one sounds and moves with its sound."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.backgrounds import draw_background
from avs_mm.mini.scene_object import SceneObject, draw_objects, to_uint8
from avs_mm.mini.scenes import CAMERA_MARGIN, random_object
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.mini.sprites import CATEGORIES

__all__ = ["SILENT", "SOUNDING", "TwinClip", "draw_twin_clip", "draw_twin_picture"]

SOUNDING, SILENT = 1, 2  # of the labels
SIZE = 224  # pixels of a frame's side
FPS = 10
SECONDS = 3
GAP = (0.25, 0.7)  # seconds from one stroke to the next
FADE_OF_SOUND, FADE_OF_MOTION = 0.15, 0.12  # seconds in which a stroke falls to 1 / e
SWELLING, HOP = 0.15, 0.06  # of a stroke: relative to the radius, and to the frame's side
PLACES = (-0.26, 0.26)  # x of the two, parts of the frame's side from its middle

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TwinClip:
    """Frames at ten a second and their sound.

    Attributes:
        category: Index in ``CATEGORIES`` of both objects.
        times: Seconds of the frames, (T,).
        frames: RGB uint8 (T, H, W, 3).
        labels: uint8 (T, H, W): 0, ``SOUNDING`` or ``SILENT``.
        sound: (N,) in [-1, 1], 16 kHz.
    """

    category: int
    times: Array
    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    sound: NDArray[np.float32]


def draw_twin_clip(seed: int, index: int) -> TwinClip:
    """Draw two objects of a category that hop and swell, each at moments of its own.

    Both move alike, as the moments are drawn alike; the sound is that of one object's moments. So
    nothing but the time tells which of the two sounds, and chance finds it in half of the clips.
    """
    rng = np.random.default_rng((seed, index))
    category = index % len(CATEGORIES)
    places = [PLACES[place] for place in rng.permutation(2)]
    twins = [_drawn_at(rng, category, place) for place in places]
    moments = [_moments(rng) for _ in twins]

    # The camera pans, as in the other clips
    ground = draw_background(SIZE + CAMERA_MARGIN, SIZE + CAMERA_MARGIN, rng)
    start, end = rng.uniform(0, CAMERA_MARGIN, (2, 2))
    times = np.arange(SECONDS * FPS) / FPS
    frames, labels = [], []
    for time in times:
        moved = [
            _stroke(twin, _fading(np.array([time]), strokes, FADE_OF_MOTION)[0])
            for twin, strokes in zip(twins, moments, strict=True)
        ]
        numbered = [
            replace(thing, label=label)
            for thing, label in zip(moved, (SOUNDING, SILENT), strict=True)
        ]
        top, left = np.round(start + (end - start) * time / SECONDS).astype(int)
        canvas = ground[top : top + SIZE, left : left + SIZE].copy()
        frame, label = draw_objects(canvas, numbered, time / SECONDS)
        frames.append(to_uint8(frame))
        labels.append(label)

    instants = np.arange(SECONDS * SAMPLE_RATE) / SAMPLE_RATE
    source = draw_source(category, SECONDS, rng) * _fading(instants, moments[0], FADE_OF_SOUND)
    return TwinClip(
        category=category,
        times=times,
        frames=np.stack(frames),
        labels=np.stack(labels),
        sound=mix([source], np.ones((1, SECONDS), bool), rng),
    )


def draw_twin_picture(seed: int, index: int) -> tuple[int, NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw a single picture of two objects of a category, to learn them apart.

    Returns:
        The category; RGB (H, W, 3); labels (H, W): 0, or 1 and 2 for the two.
    """
    rng = np.random.default_rng((seed, index, 1))
    category = index % len(CATEGORIES)
    twins = [
        replace(_drawn_at(rng, category, place), label=number)
        for number, place in enumerate(PLACES, 1)
    ]
    frame, labels = draw_objects(draw_background(SIZE, SIZE, rng), twins, rng.uniform())
    return category, to_uint8(frame), labels


def _drawn_at(rng: np.random.Generator, category: int, place: float) -> SceneObject:
    thing = random_object(rng, category, None)
    return replace(
        thing,
        center=(place + rng.uniform(-0.03, 0.03), rng.uniform(-0.15, 0.15)),
        travel=(thing.travel[0] * 0.2, thing.travel[1] * 0.5),
        bend=(0.0, 0.0),
        radius=min(thing.radius, 0.19),
    )


def _moments(rng: np.random.Generator) -> Array:
    """Return the seconds at which an object is struck."""
    gaps = rng.uniform(*GAP, size=SECONDS * 4)
    moments: Array = rng.uniform(0.05, 0.4) + np.concatenate([[0.0], gaps.cumsum()])
    return moments[moments < SECONDS - 0.1]


def _fading(times: Array, moments: Array, fade: float) -> Array:
    """Strength of the strokes at some times, each 1 at its moment and falling from then on."""
    since = times[:, None] - moments
    strokes: Array = np.where(since >= 0, np.exp(-since.clip(min=0) / fade), 0).max(axis=1)
    return strokes


def _stroke(thing: SceneObject, strength: float) -> SceneObject:
    x, y = thing.center
    return replace(
        thing,
        radius=thing.radius * (1 + SWELLING * strength),
        center=(x, y - HOP * strength),
    )
