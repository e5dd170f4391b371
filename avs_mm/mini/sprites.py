"""Cut-out images of the mini data set's six categories: shape, colour and texture families."""

import colorsys
from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

CATEGORIES = ("bell", "bird", "drum", "engine", "siren", "whistle")  # alphabetical: order = index

_SIDE = 192  # pixels of a sprite before it is resized to its place in the scene
_GRID_Y, _GRID_X = np.meshgrid(*[np.linspace(-1, 1, _SIDE, dtype=np.float32)] * 2, indexing="ij")

Array = NDArray[np.float32]


@dataclass
class _Painter:
    """Paints filled outlines on a transparent square; coordinates run from -1 to 1, y down."""

    color: Array = field(default_factory=lambda: np.zeros((_SIDE, _SIDE, 3), np.float32))
    alpha: Array = field(default_factory=lambda: np.zeros((_SIDE, _SIDE), np.float32))

    def fill(
        self, outline: Array, paint: Array, other: Array | None = None, mix: Array | None = None
    ):
        """Fill a polygon (N, 2) with `paint`, or with `mix` (S, S) of `paint` and `other`."""
        points = np.round((outline + 1) * ((_SIDE - 1) / 2 * 16)).astype(np.int32)
        low = np.maximum(points.min(0) // 16 - 2, 0)
        high = np.minimum(points.max(0) // 16 + 3, _SIDE)
        window = (slice(low[1], high[1]), slice(low[0], high[0]))  # the polygon's own rectangle
        mask = np.zeros((high - low)[::-1], np.uint8)
        cv2.fillPoly(mask, [points - low * 16], 255, lineType=cv2.LINE_AA, shift=4)
        cover = mask * np.float32(1 / 255)
        if other is not None and mix is not None:
            paint = paint + (other - paint) * mix[window][..., None]
        self.color[window] += (paint - self.color[window]) * cover[..., None]
        self.alpha[window] = np.maximum(self.alpha[window], cover)


def _hsv(hue: float, saturation: float, value: float) -> Array:
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value), np.float32)


def _ellipse(x: float, y: float, rx: float, ry: float, start: float = 0, end: float = 360) -> Array:
    angle = np.radians(np.linspace(start, end, 48))
    return np.stack([x + rx * np.cos(angle), y + ry * np.sin(angle)], 1).astype(np.float32)


def _box(left: float, top: float, right: float, bottom: float) -> Array:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)


def _stripes(position: Array, period: float, fraction: float = 0.5) -> Array:
    """Soft stripes in [0, 1] along a coordinate; `fraction` is the part of a period that is 1."""
    wave = np.cos(2 * np.pi * position / period) - np.cos(np.pi * fraction)
    return np.clip(wave * 3 + 0.5, 0, 1).astype(np.float32)


def _bell(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(0.10, 0.15)
    gold = _hsv(hue, rng.uniform(0.65, 0.9), rng.uniform(0.8, 1.0))
    dark = _hsv(hue - 0.03, 0.85, 0.45)
    painter.fill(_ellipse(0, -0.82, 0.16, 0.16), dark)
    painter.fill(_ellipse(0, 0.74, 0.17, 0.2), dark)
    height = np.linspace(0, 1, 40)
    waist = rng.uniform(0.46, 0.56)
    half = waist * np.minimum(1, (height * 9) ** 0.5) * (0.78 + 0.22 * height) + 0.36 * height**5
    side = np.stack([half, height * 1.45 - 0.78], 1)
    outline = np.concatenate([side, (side * [-1, 1])[::-1]]).astype(np.float32)
    bands = _stripes(_GRID_Y + rng.uniform(0, 1), rng.uniform(0.4, 0.55), 0.22)
    painter.fill(outline, gold, dark, bands * 0.8)
    shine = np.exp(-(((_GRID_X + 0.22) / 0.1) ** 2)) * (painter.alpha > 0) * (_GRID_Y < 0.6)
    painter.color += 0.35 * shine[..., None].astype(np.float32)
    return painter


def _bird(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(0.50, 0.60)
    back = _hsv(hue, rng.uniform(0.6, 0.9), rng.uniform(0.7, 0.95))
    wing, belly = _hsv(hue + 0.06, 0.85, 0.45), _hsv(hue - 0.03, 0.2, 1.0)
    orange = _hsv(rng.uniform(0.05, 0.1), 0.9, 1.0)
    tail = np.array([[-0.35, 0.0], [-0.98, -0.38], [-0.86, -0.12], [-0.98, 0.1], [-0.3, 0.3]])
    painter.fill(tail.astype(np.float32), wing, back, _stripes(_GRID_Y, 0.13))
    painter.fill(np.array([[0.68, -0.5], [1.0, -0.36], [0.68, -0.22]], np.float32), orange)
    for foot in (-0.05, 0.18):
        painter.fill(_box(foot, 0.5, foot + 0.07, 0.92), orange)
    fade = np.clip(_GRID_Y * 2.2 + 0.1, 0, 1)
    painter.fill(_ellipse(0.0, 0.12, 0.62, 0.5), back, belly, fade)
    painter.fill(_ellipse(0.48, -0.38, 0.34, 0.33), back)
    radius = np.hypot(_GRID_X - 0.25, _GRID_Y + 0.3)
    feathers = _stripes(radius, rng.uniform(0.12, 0.17))
    lift = rng.uniform(-0.5, 0.1)
    outline = np.array([[0.28, -0.02], [-0.2, 0.38], [-0.62, lift + 0.2], [-0.5, lift], [0, -0.2]])
    painter.fill(outline.astype(np.float32), wing, back, feathers)
    painter.fill(_ellipse(0.56, -0.44, 0.1, 0.1), np.ones(3, np.float32))
    painter.fill(_ellipse(0.58, -0.44, 0.055, 0.055), np.full(3, 0.05, np.float32))
    return painter


def _drum(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(-0.03, 0.03)
    red = _hsv(hue, rng.uniform(0.75, 0.95), rng.uniform(0.65, 0.9))
    cream, rim = _hsv(0.12, 0.15, 0.97), _hsv(hue, 0.5, 0.3)
    top, bottom = rng.uniform(-0.5, -0.35), rng.uniform(0.5, 0.65)
    wall = np.concatenate([_ellipse(0, bottom, 0.86, 0.3, 0, 180), _box(-0.86, top, 0.86, top)[:2]])
    period = rng.uniform(0.36, 0.5)
    zigzag = np.abs((np.arcsin(np.clip(_GRID_X / 0.87, -1, 1)) / period) % 1 - 0.5) * 2
    height = (_GRID_Y - 0.3 * np.sqrt(np.clip(1 - _GRID_X**2, 0, 1)) - top) / (bottom - top)
    cord = np.clip(1 - np.abs(height - zigzag) * 9 + 0.8, 0, 1)
    painter.fill(wall.astype(np.float32), red, cream, cord.astype(np.float32))
    painter.fill(_ellipse(0, top, 0.9, 0.34), rim)
    painter.fill(_ellipse(0, top, 0.78, 0.27), cream)
    for sign in (-1, 1):  # the sticks
        tip = np.array([sign * rng.uniform(0.05, 0.2), top + rng.uniform(-0.05, 0.05)])
        hand = np.array([sign * rng.uniform(0.5, 0.75), -0.95])
        across = np.array([-(hand - tip)[1], (hand - tip)[0]]) * 0.055
        stick = np.stack([tip - across, tip + across, hand + across, hand - across])
        painter.fill(stick.astype(np.float32), _hsv(0.08, 0.6, 0.55))
    return painter


def _engine(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(0.52, 0.68)
    steel, dark = _hsv(hue, 0.12, rng.uniform(0.6, 0.8)), _hsv(hue, 0.2, 0.28)
    angle = np.linspace(0, 2 * np.pi, 480)
    teeth = int(rng.integers(8, 13))
    radius = 0.82 + 0.14 * np.tanh(np.sin(angle * teeth) * 6)
    outline = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype(np.float32)
    distance = np.hypot(_GRID_X, _GRID_Y)
    painter.fill(outline, steel, dark, _stripes(distance, rng.uniform(0.07, 0.11), 0.35) * 0.45)
    painter.fill(_ellipse(0, 0, 0.56, 0.56), dark)
    blades = int(rng.integers(4, 8))
    turn = (np.arctan2(_GRID_Y, _GRID_X) + distance * rng.choice([-1.4, 1.4])) * blades
    painter.fill(_ellipse(0, 0, 0.5, 0.5), dark, steel * 0.95, np.clip(np.sin(turn) * 4, 0, 1))
    painter.fill(_ellipse(0, 0, 0.17, 0.17), steel)
    painter.fill(_ellipse(0, 0, 0.08, 0.08), dark)
    return painter


def _siren(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(0.80, 0.90)
    light, deep = _hsv(hue, rng.uniform(0.35, 0.5), 1.0), _hsv(hue, 0.85, rng.uniform(0.55, 0.75))
    yellow, black = _hsv(0.14, 0.85, 0.95), np.full(3, 0.12, np.float32)
    shoulder = rng.uniform(0.45, 0.75)
    dome = np.concatenate(
        [_ellipse(0, -0.25, 0.62, shoulder, 180, 360), _box(-0.62, 0.4, 0.62, 0.4)[1:3]]
    )
    dome = np.concatenate([dome, np.array([[-0.62, 0.4]])]).astype(np.float32)
    facets = _stripes(np.arcsin(np.clip(_GRID_X / 0.64, -1, 1)), rng.uniform(0.35, 0.5))
    painter.fill(dome, light, deep, facets)
    glow = np.exp(-(_GRID_X**2 + (_GRID_Y + 0.05) ** 2) / 0.07) * (painter.alpha > 0.5)
    painter.color += (1 - painter.color) * 0.85 * glow[..., None].astype(np.float32)
    hazard = _stripes(_GRID_X + _GRID_Y, rng.uniform(0.26, 0.36))
    painter.fill(_box(-0.86, 0.4, 0.86, 0.82), yellow, black, hazard)
    return painter


def _whistle(rng: np.random.Generator) -> _Painter:
    painter, hue = _Painter(), rng.uniform(0.28, 0.40)
    green = _hsv(hue, rng.uniform(0.6, 0.85), rng.uniform(0.6, 0.85))
    pale, dark = _hsv(hue - 0.05, 0.3, 1.0), _hsv(hue, 0.8, 0.2)
    painter.fill(_ellipse(-0.82, -0.25, 0.17, 0.17), dark)
    painter.fill(_ellipse(-0.82, -0.25, 0.08, 0.08), pale)
    period = rng.uniform(0.2, 0.28)
    dots = np.cos(2 * np.pi * (_GRID_X + _GRID_Y) / period) * np.cos(
        2 * np.pi * (_GRID_X - _GRID_Y) / period
    )
    dots = np.clip(dots * 4 - 1.2, 0, 1).astype(np.float32)
    end = rng.uniform(0.85, 0.98)
    painter.fill(_box(-0.25, -0.6, end, rng.uniform(-0.18, -0.05)), green, pale, dots)
    painter.fill(_ellipse(-0.25, 0.1, 0.68, 0.7), green, pale, dots)
    painter.fill(_box(end - 0.14, -0.6, end, -0.18), dark)
    painter.fill(np.array([[0.1, -0.62], [0.42, -0.62], [0.2, -0.3]], np.float32), dark)
    painter.fill(_ellipse(-0.25, 0.12, 0.3, 0.3), dark)
    painter.fill(_ellipse(-0.2, 0.22, 0.15, 0.15), pale)
    return painter


_PAINT: dict[str, Callable[[np.random.Generator], _Painter]] = {
    "bell": _bell,
    "bird": _bird,
    "drum": _drum,
    "engine": _engine,
    "siren": _siren,
    "whistle": _whistle,
}


def draw_sprite(category: int, side: int, rng: np.random.Generator) -> Array:
    """Draw one object of a category, shaded and cut out.

    Returns:
        (side, side, 4): RGB in [0, 1], multiplied by the coverage in [0, 1] that stands last.
    """
    painter = _PAINT[CATEGORIES[category]](rng)

    # Round shading: light from the upper left, darker towards the outline
    coarse = cv2.resize(painter.alpha, (64, 64), interpolation=cv2.INTER_AREA)
    depth = cv2.resize(cv2.GaussianBlur(coarse, (0, 0), 64 * 0.06), (_SIDE, _SIDE))
    tilt = np.float32(rng.uniform(0.06, 0.16)) * (_GRID_X + _GRID_Y)
    light = 0.62 + 0.42 * np.clip(2 * depth - 1, 0, 1) - tilt
    light *= np.float32(rng.uniform(0.85, 1.1))

    sprite = np.empty((_SIDE, _SIDE, 4), np.float32)
    np.clip(painter.color * light[..., None], 0, 1, out=sprite[..., :3])
    sprite[..., :3] *= painter.alpha[..., None]
    sprite[..., 3] = painter.alpha
    return np.asarray(cv2.resize(sprite, (side, side), interpolation=cv2.INTER_AREA), np.float32)
