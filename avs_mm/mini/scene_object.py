"""An object of a scene, and how a camera sees it: with its shadow, and blurred if it shakes."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_SHADOW_OFFSET = 3  # pixels to the lower right
_SHADOW_DEPTH = np.float32(0.35)
_MOMENTS = 9  # of an exposure, of which a blurred object is the mean

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
    shake: tuple[float, float] = (0.0, 0.0)  # x, y by which it moves while the shutter is open

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
        path = np.array(thing.shake) * min(height, width)  # pixels
        reach = np.ceil(np.abs(path) / 2).astype(int)
        low = np.clip(np.floor(corners.min(0)).astype(int) - 2 - reach, 0, (width, height))
        high = np.clip(np.ceil(corners.max(0)).astype(int) + 8 + reach, 0, (width, height))
        window = (slice(low[1], high[1]), slice(low[0], high[0]))
        matrix[:, 2] -= low
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        layer = _exposed(thing.sprite, matrix, size, path)
        matrix[:, 2] += _SHADOW_OFFSET
        shadow = cv2.blur(_exposed(thing.sprite[..., 3], matrix, size, path), (7, 7))
        cover = layer[..., 3]
        canvas[window] *= ((1 - _SHADOW_DEPTH * shadow) * (1 - cover))[..., None]
        canvas[window] += layer[..., :3]
        labels[window][cover > 0.5] = thing.label
    return canvas, labels


def _exposed(
    sprite: Array, matrix: NDArray[np.float64], size: tuple[int, int], path: NDArray[np.float64]
) -> Array:
    """Warp a sprite as a camera sees it that moves along a path while the shutter is open."""
    moved = []
    for part in np.linspace(-0.5, 0.5, _MOMENTS) if path.any() else (0.0,):
        place = matrix.copy()
        place[:, 2] += part * path
        moved.append(cv2.warpAffine(sprite, place, size))
    mean: Array = np.mean(moved, axis=0, dtype=np.float32)
    return mean


def to_uint8(picture: Array) -> NDArray[np.uint8]:
    """Round a picture in [0, 1] to 8 bits; what lies outside is cut off."""
    rounded: NDArray[np.uint8] = np.round(np.clip(picture, 0, 1) * 255).astype(np.uint8)
    return rounded
