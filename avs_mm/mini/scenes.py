"""Scenes of the mini data set: where objects stand, how they move, and the frames of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avs_mm.mini.backgrounds import draw_background
from avs_mm.mini.scene_object import SceneObject, draw_objects, to_uint8
from avs_mm.mini.sprites import draw_sprite

MIN_VISIBLE = 0.4  # part of an object's own area that stays visible in every frame
MIN_VISIBLE_SALIENT = 0.7  # the same of the salient object

_SIZE = 224  # pixels of a frame's side, if not told otherwise
CAMERA_MARGIN = 24  # pixels the camera may pan over

Array = NDArray[np.float32]


@dataclass(frozen=True)
class SceneFrames:
    """The frames of a clip and what is visible in them.

    `frames` (T, H, W, 3) uint8 RGB; `labels` (T, H, W) uint8, 0 = nothing, k + 1 = category k, or
    the object's place among the categories from 1 on.
    """

    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]


@dataclass(frozen=True)
class Scene:
    """Where all of a clip is, at `times` from 0 to 1: nothing about it is random any more."""

    objects: Sequence[SceneObject]  # back to front
    times: NDArray[np.float64]
    ground: Array  # larger than a frame by CAMERA_MARGIN
    pan: NDArray[np.float64]  # (2, 2): top, left of the first frame and of the last
    exposure: float
    size: tuple[int, int]  # height, width of a frame

    def draw(self, shakes: Mapping[int, Array] | None = None) -> SceneFrames:
        """Draw the frames.

        Args:
            shakes: Of objects, by their labels, x and y by which they move while the shutter is
                open, (T, 2), parts of the frame's shorter side.
        """
        (height, width), (start, end) = self.size, self.pan
        frames, labels = [], []
        for place, time in enumerate(self.times):
            top, left = np.round(start + (end - start) * time).astype(int)
            canvas = self.ground[top : top + height, left : left + width].copy()
            objects = [
                replace(thing, shake=tuple(shakes[thing.label][place]))
                if shakes and thing.label in shakes
                else thing
                for thing in self.objects
            ]
            frame, label = draw_objects(canvas, objects, time)
            frames.append(to_uint8(frame * self.exposure))
            labels.append(label)
        return SceneFrames(frames=np.stack(frames), labels=np.stack(labels))


def lay_out(
    rng: np.random.Generator,
    categories: Sequence[int],
    *,
    salient: int | None = None,
    num_frames: int = 5,
    height: int = _SIZE,
    width: int = _SIZE,
    numbered: bool = False,
) -> Scene:
    """Place an object of each of some categories, moving smoothly.

    Args:
        salient: category drawn largest and most central; None lets all be of similar size.
        numbered: Whether labels number the objects: a category may then be there twice.
    """
    times = np.linspace(0, 1, num_frames) if num_frames > 1 else np.array([0.5])
    looks = [random_object(rng, category, salient) for category in categories]
    if numbered:
        looks = [replace(thing, label=place) for place, thing in enumerate(looks, 1)]
    objects = _place_objects(rng, looks, salient, times, height, width)

    # The camera pans over a background that is larger than the frame
    ground = draw_background(height + CAMERA_MARGIN, width + CAMERA_MARGIN, rng)
    return Scene(
        objects=objects,
        times=times,
        ground=ground,
        pan=rng.uniform(0, CAMERA_MARGIN, (2, 2)),
        exposure=rng.uniform(0.85, 1.1),
        size=(height, width),
    )


def _place_objects(
    rng: np.random.Generator,
    looks: Sequence[SceneObject],
    salient: int | None,
    times: NDArray,
    height: int,
    width: int,
) -> list[SceneObject]:
    """Draw places until each object stays visible; the last of the list stands in front."""
    looks = [looks[i] for i in rng.permutation(len(looks))]
    attempt = 0
    while True:
        placed = [_random_place(rng, thing, salient) for thing in looks]
        least = [
            MIN_VISIBLE_SALIENT if thing.category == salient else MIN_VISIBLE for thing in placed
        ]
        if np.all(_visible(placed, times, height, width) >= least):
            return placed
        attempt += 1
        if attempt % 20 == 0:  # crowded: smaller objects always fit in the end
            looks = [replace(thing, radius=thing.radius * 0.92) for thing in looks]


def random_object(rng: np.random.Generator, category: int, salient: int | None) -> SceneObject:
    """Draw an object at the frame's centre, with its size and its smooth motion."""
    if salient is None:
        radius, travel = rng.uniform(0.15, 0.24), 0.18
    elif category == salient:
        radius, travel = rng.uniform(0.22, 0.31), 0.10
    else:
        radius, travel = rng.uniform(0.11, 0.17), 0.20
    side = round(radius * 2 * _SIZE)
    return SceneObject(
        category=category,
        label=category + 1,
        sprite=draw_sprite(category, side, rng),
        center=(0.0, 0.0),
        travel=tuple(rng.uniform(-travel, travel, 2)),
        bend=tuple(rng.uniform(-travel, travel, 2) * 0.25),
        radius=radius,
        growth=rng.uniform(-0.18, 0.18),
        angle=rng.uniform(-0.6, 0.6),
        spin=rng.uniform(-0.4, 0.4),
        stretch=rng.uniform(0.82, 1.22),
        mirrored=bool(rng.integers(2)),
    )


def _random_place(rng: np.random.Generator, thing: SceneObject, salient: int | None) -> SceneObject:
    reach = 0.10 if thing.category == salient else 0.40
    return replace(thing, center=tuple(rng.uniform(-reach, reach, 2)))


def _visible(
    objects: Sequence[SceneObject], times: NDArray, height: int, width: int
) -> NDArray[np.float64]:
    """Smallest visible part of each object over all frames, measured on a coarse grid."""
    step, border = 4, 24
    rows, columns = height // step, width // step
    least = np.ones(len(objects))
    for time in times:
        hidden = np.ones((rows + 2 * border, columns + 2 * border), bool)
        hidden[border:-border, border:-border] = False
        for index in reversed(range(len(objects))):  # front to back
            matrix = objects[index].matrix(time, rows, columns)
            matrix[:, 2] += border
            cover = cv2.warpAffine(objects[index].sprite[..., 3], matrix, hidden.shape[::-1]) > 0.5
            least[index] = min(least[index], (cover & ~hidden).sum() / max(cover.sum(), 1))
            hidden |= cover
    return least
