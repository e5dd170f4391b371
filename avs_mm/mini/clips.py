"""Clips of the mini data set: frames, the sound over them, and which object sounds when."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.scenes import SceneFrames, lay_out
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.mini.sprites import CATEGORIES

S4_BIAS = 0.9  # part of the S4 clips in which the sounding object is the most salient one

_PARTS = ("s4", "ms3", "v2", "all")
_SPLITS = ("train", "val", "test")
_PAIRS = tuple(combinations(range(len(CATEGORIES)), 2))


@dataclass(frozen=True)
class Clip:
    """One clip: `sound` (seconds * 16000,), `activity` (K, seconds), True where it sounds."""

    name: str
    split: str
    sounding: tuple[int, ...]
    scene: SceneFrames
    sound: NDArray[np.float32]
    activity: NDArray[np.bool_]

    def label_map(self, second: int, *, sounding: bool = True) -> NDArray[np.uint8]:
        """Visible pixels (H, W) of what sounds, or of what is silent: 0 or category + 1."""
        active = self.activity[:, second]
        kept = active if sounding else ~active
        lookup = np.concatenate([[0], np.where(kept, np.arange(1, len(kept) + 1), 0)])
        return lookup.astype(np.uint8)[self.scene.labels[second]]


def draw_s4_clip(seed: int, split: str, index: int) -> Clip:
    """A single sounding object, silent ones around it; all five seconds sound."""
    image_rng, sound_rng = _generators(seed, "s4", split, index)
    category = index % len(CATEGORIES)
    others = _others(image_rng, (category,), int(image_rng.integers(1, 4)))
    salient = category if image_rng.random() < S4_BIAS else others[0]
    scene = lay_out(image_rng, (category, *others), salient=salient).draw()
    activity = np.ones((1, 5), bool)
    return _clip(
        f"{CATEGORIES[category]}_{split}_{index:03d}",
        split,
        (category,),
        scene,
        activity,
        sound_rng,
    )


def num_ms3_tracks(index: int) -> int:
    """Sound tracks of the MS3 scene `index`: one and three take turns."""
    return 3 if index % 2 else 1


def draw_ms3_clips(seed: int, split: str, index: int) -> list[Clip]:
    """The clips of one multi-source scene: every second scene has three sound tracks.

    Two objects sound and up to two are silent. A source pauses in some seconds, and in a few all
    is silent. Scenes with three tracks come as `_both`, `_first` and `_second`: the same frames
    under both sounds and under each one alone.
    """
    image_rng, sound_rng = _generators(seed, "ms3", split, index)
    pair = _PAIRS[index * 7 % len(_PAIRS)]
    others = _others(image_rng, pair, int(image_rng.integers(0, 3)))
    scene = lay_out(image_rng, (*pair, *others)).draw()
    activity = _pauses(sound_rng, 5)
    name = f"{CATEGORIES[pair[0]]}_{CATEGORIES[pair[1]]}_{split}_{index:03d}"
    if num_ms3_tracks(index) == 1:
        return [_clip(name, split, pair, scene, activity, sound_rng)]
    return [
        _clip(f"{name}_both", split, pair, scene, activity, sound_rng),
        _clip(f"{name}_first", split, pair[:1], scene, activity[:1], sound_rng),
        _clip(f"{name}_second", split, pair[1:], scene, activity[1:], sound_rng),
    ]


def draw_v2_clip(seed: int, split: str, index: int) -> Clip:
    """A ten-second clip of another resolution with one or two sounding objects."""
    image_rng, sound_rng = _generators(seed, "v2", split, index)
    pair = _PAIRS[(index * 7 + 3) % len(_PAIRS)]
    others = _others(image_rng, pair, int(image_rng.integers(0, 2)))
    scene = lay_out(image_rng, (*pair, *others), num_frames=10, height=240, width=320).draw()
    activity = _pauses(sound_rng, 10)
    count = 2 - index % 2
    name = f"v2_{split}_{index:03d}"
    return _clip(name, split, pair[:count], scene, activity[:count], sound_rng)


def draw_labelled_clip(seed: int, split: str, index: int) -> Clip:
    """Five different images whose objects are all labelled, without sound."""
    rng, _ = _generators(seed, "all", split, index)
    drawn = []
    for _ in range(5):
        categories = rng.permutation(len(CATEGORIES))[: rng.integers(2, 5)].tolist()
        salient = categories[0] if rng.random() < 0.5 else None
        drawn.append(lay_out(rng, categories, salient=salient, num_frames=1).draw())
    scene = SceneFrames(
        frames=np.concatenate([one.frames for one in drawn]),
        labels=np.concatenate([one.labels for one in drawn]),
    )
    present = tuple(int(label) - 1 for label in np.unique(scene.labels) if label)
    return Clip(
        name=f"all_{split}_{index:03d}",
        split=split,
        sounding=present,
        scene=scene,
        sound=np.zeros(5 * SAMPLE_RATE, np.float32),
        activity=np.ones((len(CATEGORIES), 5), bool),
    )


def _generators(
    seed: int, part: str, split: str, index: int
) -> tuple[np.random.Generator, np.random.Generator]:
    """One generator for the image and one for the sound, the same whatever else is drawn."""
    key = (seed, _PARTS.index(part), _SPLITS.index(split), index)
    return np.random.default_rng((*key, 0)), np.random.default_rng((*key, 1))


def _others(rng: np.random.Generator, used: tuple[int, ...], count: int) -> tuple[int, ...]:
    free = [category for category in range(len(CATEGORIES)) if category not in used]
    return tuple(rng.permutation(free)[:count].tolist())


def _pauses(rng: np.random.Generator, seconds: int) -> NDArray[np.bool_]:
    """Activity (2, seconds): each source may pause for a while, and all may for a second."""
    activity = np.ones((2, seconds), bool)
    for source in activity:
        if rng.random() < 0.5:
            start, length = rng.integers(seconds - 1), rng.integers(1, 3)
            source[start : start + length] = False
    if rng.random() < 0.35:
        activity[:, rng.integers(seconds)] = False
    return activity


def _clip(
    name: str,
    split: str,
    sounding: tuple[int, ...],
    scene: SceneFrames,
    activity: NDArray[np.bool_],
    rng: np.random.Generator,
) -> Clip:
    """Add the sound of the sounding categories, `activity` (S, seconds), to a scene."""
    seconds = activity.shape[1]
    sources = [draw_source(category, seconds, rng) for category in sounding]
    table = np.zeros((len(CATEGORIES), seconds), bool)
    table[list(sounding)] = activity
    return Clip(name, split, sounding, scene, mix(sources, activity, rng), table)
