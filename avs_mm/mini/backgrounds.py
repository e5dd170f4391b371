"""Busy backgrounds of the mini data set: gradients, noise, patterns and clutter of no category."""

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def draw_background(height: int, width: int, rng: np.random.Generator) -> Array:
    """Draw a background (height, width, 3), RGB in [0, 1]."""
    size = (width, height)
    x, y = np.meshgrid(*(np.linspace(0, 1, n, dtype=np.float32) for n in size))

    # A gradient between two colours along a random direction
    hue = rng.uniform()
    first, second = _color(rng, hue), _color(rng, hue + rng.normal(0, 0.15))
    angle = rng.uniform(0, 2 * np.pi)
    along = _project(x - 0.5, y - 0.5, angle) + np.float32(0.5)
    ground = first + (second - first) * np.clip(along, 0, 1)[..., None]

    # A regular pattern, faint or strong, mostly of brightness
    tint = rng.normal(0, 0.09) + rng.normal(0, 0.03, 3)
    ground += _pattern(x, y, rng)[..., None] * tint.astype(np.float32)

    # Noise at four scales
    for cells in (3, 8, 20, 56):
        noise = rng.normal(0, 0.12 / cells**0.3, (cells, cells, 3)).astype(np.float32)
        grey = noise.mean(2, keepdims=True)
        noise = grey + (noise - grey) * np.float32(0.25)
        ground += cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)

    np.clip(ground, 0, 1, out=ground)
    for _ in range(rng.integers(5, 13)):
        _add_clutter(ground, rng)
    return ground


def _color(rng: np.random.Generator, hue: float | None = None) -> Array:
    hue = rng.uniform() if hue is None else hue % 1
    rgb = colorsys.hsv_to_rgb(hue, rng.uniform(0.05, 0.55), rng.uniform(0.35, 0.9))
    return np.array(rgb, np.float32)


def _project(x: Array, y: Array, angle: float) -> Array:
    """Distance along the direction `angle` (radians)."""
    return np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y


def _pattern(x: Array, y: Array, rng: np.random.Generator) -> Array:
    """A pattern (H, W) in [-1, 1]: stripes, checkers, rings or waves."""
    angle, cells = rng.uniform(0, np.pi), np.float32(rng.uniform(4, 16) * 2 * np.pi)
    across, down = _project(x, y, angle), _project(x, y, angle + np.pi / 2)
    kind = rng.integers(4)
    if kind == 0:
        wave = np.sin(cells * across)
    elif kind == 1:
        wave = np.sin(cells / 2 * across) * np.sin(cells / 2 * down)
    elif kind == 2:
        middle = rng.uniform(0, 1, 2).astype(np.float32)
        wave = np.sin(cells * np.hypot(x - middle[0], y - middle[1]))
    else:
        bends = np.float32(rng.uniform(1, 4) * 2 * np.pi)
        wave = np.sin(cells * (across + np.float32(0.08) * np.sin(bends * down)))
    return np.tanh(wave * np.float32(rng.uniform(0.5, 4)))


def _outline(rng: np.random.Generator, size: float) -> NDArray[np.float64]:
    """Corners (N, 2) of an irregular polygon, an ellipse or a bar about the origin."""
    kind = rng.choice(["polygon", "ellipse", "bar"])
    count = {"polygon": int(rng.integers(3, 7)), "ellipse": 40, "bar": 4}[kind]
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    outline = np.stack([np.cos(angle), np.sin(angle)], 1) * size
    if kind == "polygon":
        outline *= rng.uniform(0.6, 1.3, (count, 1))
    elif kind == "ellipse":
        outline[:, 1] *= rng.uniform(0.4, 1.0)
    else:
        outline *= (1.8, rng.uniform(0.2, 0.9))
    turn = rng.uniform(0, 2 * np.pi)
    return outline @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def _add_clutter(ground: Array, rng: np.random.Generator) -> None:
    """Lay one plain or striped shape over the ground, in place."""
    height, width = ground.shape[:2]
    outline = _outline(rng, rng.uniform(0.03, 0.16) * min(height, width))
    outline += rng.uniform(0, 1, 2) * (width, height)

    # Only the shape's own rectangle is touched
    left, top = np.clip(outline.min(0).astype(int) - 2, 0, (width, height))
    right, bottom = np.clip(outline.max(0).astype(int) + 3, 0, (width, height))
    color, strength = _color(rng), np.float32(rng.uniform(0.6, 1.0))
    period, angle = rng.uniform(5, 14), rng.uniform(0, 2 * np.pi)
    contrast = np.float32(rng.choice([0.0, 0.25]))
    if right <= left or bottom <= top:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    corners = np.round((outline - (left, top)) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 255, lineType=cv2.LINE_AA, shift=4)
    cover = (mask * (strength / np.float32(255)))[..., None]
    y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
    stripes = np.sin(_project(x, y, angle) * np.float32(2 * np.pi / period))
    shade = 1 + contrast * stripes - np.float32(0.15) * (y - top) / (bottom - top)
    patch = ground[top:bottom, left:right]
    patch += (np.clip(shade[..., None] * color, 0, 1) - patch) * cover
