"""Draws synthetic videos in AVISeg's layout: a frame a second, and a polygon for what sounds."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from avs_mm.atomic_write import unfinished_folder
from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.scenes import lay_out
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.mini.sprites import CATEGORIES
from avs_mm.output_file import to_int16, write_image, write_wav

__all__ = ["VIDEOS", "make_mini_avis"]

VIDEOS: Mapping[str, int] = {"train": 80, "val": 8, "test": 20}
SECONDS = 10
HEIGHT, WIDTH = 144, 192
SPLITS = ("train", "val", "test")
MOST_OBJECTS = 3
SHAKE = (0.02, 0.03)  # parts of the frame's height by which an object moves in an exposure


def make_mini_avis(
    out: str | Path,
    *,
    seed: int = 0,
    videos: Mapping[str, int] = VIDEOS,
    twins: float = 0.0,
    one_sounds: bool = False,
    progress: bool = True,
) -> Path:
    """Draw videos of two or three objects of different categories, of which up to two sound.

    A source pauses now and then, and in some seconds all is silent. The same seed gives the same
    bytes. The categories' ids are 1 to 6, in the order of ``CATEGORIES``.

    Args:
        out: Folder to make.
        videos: Number of videos of each split.
        twins: Fraction of the videos, [0, 1], in which two objects of the category that sounds
            first do so, at the same times: no frame tells which of the two a sound is of.
        one_sounds: Whether only one of these two sounds in a second, now the one and now the
            other, and whatever sounds in any video shakes, so that a frame shows it blurred.

    Raises:
        FileExistsError: ``out`` exists.
        ValueError: ``twins`` is out of range; ``one_sounds`` without twins.
    """
    if not 0 <= twins <= 1:
        raise ValueError(f"twins is a fraction of the videos, from 0 to 1, not {twins}")
    if one_sounds and not twins:
        raise ValueError("one_sounds is of twins: give twins above 0, or leave out one_sounds")
    out = Path(out)
    if out.exists():
        raise FileExistsError(f"{out} exists; remove it, or choose another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(out) as folder:
        for split, number in videos.items():
            content: dict[str, Any] = {
                "videos": [],
                "categories": [{"id": key, "name": name} for key, name in _ids().items()],
                "annotations": [],
            }
            for index in track(range(number), f"Drawing {split}", disable=not progress):
                _draw(folder / split, content, split, index, seed, twins, one_sounds)
            (folder / f"{split}.json").write_text(json.dumps(content))
        folder.replace(out)
    return out


def _ids() -> dict[int, str]:
    return dict(enumerate(CATEGORIES, 1))


def _draw(
    folder: Path,
    content: dict[str, Any],
    split: str,
    index: int,
    seed: int,
    twins: float,
    one_sounds: bool,
) -> None:
    """Write a video and its sound, and add it to the content of the JSON."""
    rng = np.random.default_rng((seed, SPLITS.index(split), index))
    name = f"{split}_{index:03d}"
    objects = rng.permutation(len(CATEGORIES))[: rng.integers(2, MOST_OBJECTS + 1)].tolist()
    sounding = objects[: rng.integers(1, 3)]
    if twins and rng.uniform() < twins:
        objects.insert(0, objects[0])
        sounding.insert(0, sounding[0])
    laid_out = lay_out(rng, objects, num_frames=SECONDS, height=HEIGHT, width=WIDTH, numbered=True)
    own = _activity(rng, len(set(sounding)))
    activity = np.concatenate([own[: len(sounding) - len(own)], own])  # twins have the same
    if one_sounds:
        if len(sounding) > len(own):
            activity[:2] &= _turns(rng)
        scene = laid_out.draw(_shakes(rng, activity))
    else:
        scene = laid_out.draw()
    sources = [draw_source(category, SECONDS, rng) for category in sounding]

    files = [f"{name}/{second:05d}.jpg" for second in range(SECONDS)]
    for file, frame in zip(files, scene.frames, strict=True):
        write_image(folder / "JPEGImages" / file, frame)
    sound = to_int16(mix(sources, activity, rng))
    write_wav(folder / "WAVAudios" / f"{name}.wav", sound, sample_rate=SAMPLE_RATE)

    video = len(content["videos"]) + 1
    size = {"height": HEIGHT, "width": WIDTH, "length": SECONDS}
    content["videos"].append({"id": video, "file_names": files, **size})
    for place, (category, active) in enumerate(zip(sounding, activity, strict=True), 1):
        masks = [
            labels == place if sounds else None
            for labels, sounds in zip(scene.labels, active, strict=True)
        ]
        polygons = [None if mask is None else _polygons(mask) for mask in masks]
        content["annotations"].append(
            {
                "id": len(content["annotations"]) + 1,
                "video_id": video,
                "category_id": category + 1,
                "iscrowd": 0,
                **size,
                "segmentations": [found or None for found in polygons],
                "bboxes": [None if mask is None else _box(mask) for mask in masks],
                "areas": [None if mask is None else int(mask.sum()) for mask in masks],
            }
        )


def _activity(rng: np.random.Generator, sources: int) -> NDArray[np.bool_]:
    """Which source sounds in which second, bool (S, seconds); each does in some."""
    activity = np.ones((sources, SECONDS), bool)
    for source in activity:
        start, length = rng.integers(SECONDS), rng.integers(0, 5)
        source[start : start + length] = False
    activity[:, rng.integers(SECONDS)] = False
    activity[:, rng.integers(SECONDS)] |= ~activity.any(axis=1)
    return activity


def _turns(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which of two sounds in which second, bool (2, seconds), if their category does."""
    first = rng.integers(2, size=SECONDS).astype(bool)
    return np.stack([first, ~first])


def _shakes(
    rng: np.random.Generator, activity: NDArray[np.bool_]
) -> dict[int, NDArray[np.float32]]:
    """By how much each object, numbered from 1 on, shakes while it sounds: (seconds, 2) each."""
    angles = rng.uniform(0, np.pi, activity.shape)
    lengths = rng.uniform(*SHAKE, activity.shape) * activity
    paths = np.stack([np.cos(angles), np.sin(angles)], axis=-1) * lengths[..., None]
    return dict(enumerate(paths.astype(np.float32), 1))


def _polygons(mask: NDArray[np.bool_]) -> list[list[float]]:
    """Outlines of a mask (H, W) of three corners or more, [x, y, x, y, ...] each."""
    found, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [[float(x) for x in outline.ravel()] for outline in found if len(outline) >= 3]


def _box(mask: NDArray[np.bool_]) -> list[float]:
    return [float(side) for side in cv2.boundingRect(mask.astype(np.uint8))]
