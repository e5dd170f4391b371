"""Scenes of the mini data set: where objects stand, how they move, and the frames of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from avs_mm.mini.backgrounds import draw_background
from avs_mm.mini.sprites import draw_sprite

MIN_VISIBLE = 0.4  # part of an object's own area that stays visible in every frame
MIN_VISIBLE_SALIENT = 0.7  # the same of the salient object

_SIZE = 224  # pixels of a frame's side, if not told otherwise
CAMERA_MARGIN = 24  # pixels the camera may pan over
_SHADOW_OFFSET = 3  # pixels to the lower right
_SHADOW_DEPTH = np.float32(0.35)

Array = NDArray[np.float32]


@dataclass(frozen=True)
class SceneObject:
    """One object and its smooth motion; lengths are parts of the frame's shorter side."""

    category: int
    label: int  # of its pixels
    sprite: Array  # (S, S, 4)
    center: tuple[float, float]  # x, y at mid-clip, (0, 0) = the frame's centre
    travel: tuple[float, float]  # x, y from the first frame to the last
    bend: tuple[float, float]  # x, y by which the path is curved
    radius: float
    growth: float  # relative change of the radius over the clip
    angle: float  # radians at mid-clip
    spin: float  # radians over the clip
    stretch: float  # height over width
    mirrored: bool

    def matrix(self, time: float, height: float, width: float) -> NDArray[np.float64]:
        """Affine map (2, 3) from sprite pixels to frame pixels at a time in [0, 1]."""
        unit, side = min(height, width), self.sprite.shape[0]
        radius = self.radius * (1 + self.growth * (time - 0.5)) * unit
        angle = self.angle + self.spin * (time - 0.5)
        curve = np.sin(np.pi * time) - 0.5
        x, y = (
            self.center[i] + self.travel[i] * (time - 0.5) + self.bend[i] * curve for i in (0, 1)
        )
        scale_x = radius * 2 / side / np.sqrt(self.stretch) * (-1 if self.mirrored else 1)
        scale_y = radius * 2 / side * np.sqrt(self.stretch)
        cos, sin = np.cos(angle), np.sin(angle)
        linear = np.array([[cos * scale_x, -sin * scale_y], [sin * scale_x, cos * scale_y]])
        # Pixel centres stand on whole numbers, on both sides
        target = np.array([width / 2 + x * unit - 0.5, height / 2 + y * unit - 0.5])
        offset = target - linear @ np.full(2, (side - 1) / 2)
        return np.column_stack([linear, offset])


@dataclass(frozen=True)
class SceneFrames:
    """The frames of a clip and what is visible in them.

    `frames` (T, H, W, 3) uint8 RGB; `labels` (T, H, W) uint8, 0 = nothing, k + 1 = category k, or
    the object's place among the categories from 1 on.
    """

    frames: NDArray[np.uint8]
    labels: NDArray[np.uint8]


def draw_frames(
    rng: np.random.Generator,
    categories: Sequence[int],
    *,
    salient: int | None = None,
    num_frames: int = 5,
    height: int = _SIZE,
    width: int = _SIZE,
    numbered: bool = False,
) -> SceneFrames:
    """Draw a clip with an object of each of some categories, moving smoothly.

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
    start, end = rng.uniform(0, CAMERA_MARGIN, (2, 2))
    exposure = rng.uniform(0.85, 1.1)
    frames, labels = [], []
    for time in times:
        top, left = np.round(start + (end - start) * time).astype(int)
        canvas = ground[top : top + height, left : left + width].copy()
        frame, label = draw_objects(canvas, objects, time)
        frames.append(to_uint8(frame * exposure))
        labels.append(label)
    return SceneFrames(frames=np.stack(frames), labels=np.stack(labels))


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


def draw_objects(
    canvas: Array, objects: Sequence[SceneObject], time: float
) -> tuple[Array, NDArray[np.uint8]]:
    """Lay objects back to front over a canvas (H, W, 3); return it and the labels (H, W)."""
    height, width = canvas.shape[:2]
    labels = np.zeros((height, width), np.uint8)
    for thing in objects:
        # Only the rectangle that holds the object and its shadow is touched
        matrix, side = thing.matrix(time, height, width), thing.sprite.shape[0]
        corners = np.array([[0, 0, 1], [side, 0, 1], [0, side, 1], [side, side, 1]]) @ matrix.T
        low = np.clip(np.floor(corners.min(0)).astype(int) - 2, 0, (width, height))
        high = np.clip(np.ceil(corners.max(0)).astype(int) + 8, 0, (width, height))
        window = (slice(low[1], high[1]), slice(low[0], high[0]))
        matrix[:, 2] -= low
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        layer = cv2.warpAffine(thing.sprite, matrix, size)
        matrix[:, 2] += _SHADOW_OFFSET
        shadow = cv2.blur(cv2.warpAffine(thing.sprite[..., 3], matrix, size), (7, 7))
        cover = layer[..., 3]
        canvas[window] *= ((1 - _SHADOW_DEPTH * shadow) * (1 - cover))[..., None]
        canvas[window] += layer[..., :3]
        labels[window][cover > 0.5] = thing.label
    return canvas, labels


def to_uint8(picture: Array) -> NDArray[np.uint8]:
    """Round a picture in [0, 1] to 8 bits; what lies outside is cut off."""
    rounded: NDArray[np.uint8] = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return rounded
