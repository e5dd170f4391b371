"""A colour for every object, as unlike those of its neighbours in number as can be."""

import colorsys

__all__ = ["colour_of"]

GOLDEN_RATIO = 0.618033988749895


def colour_of(track: int) -> tuple[int, int, int]:
    """Return the colour of an id, RGB in [0, 255]: hues a golden ratio apart never repeat."""
    hue = (0.08 + track * GOLDEN_RATIO) % 1
    red, green, blue = colorsys.hsv_to_rgb(hue, 0.75, 0.95)
    return round(255 * red), round(255 * green), round(255 * blue)
