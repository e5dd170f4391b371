"""Pictures that a video shows for long: what was found in one serves until another one comes."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

__all__ = ["find_in_new_pictures"]


Found = TypeVar("Found")


def find_in_new_pictures(
    images: Sequence[np.ndarray],
    find: Callable[[list[np.ndarray]], Sequence[Found]],
    *,
    before: tuple[np.ndarray, Found] | None = None,
) -> list[Found]:
    """Return what is found in each image; one that is the image before it is not searched again.

    Args:
        images: RGB uint8 (H, W, 3) each, in the order in which they are shown.
        find: What finds it in new images, a result an image; not called where there are none.
        before: The image that was shown before them, and what was found in it.
    """
    shown: list[np.ndarray | None] = [before[0] if before else None, *images[:-1]]
    is_new = [not _same(*pair) for pair in zip(shown, images, strict=True)]
    new = [image for image, first in zip(images, is_new, strict=True) if first]
    results = iter(find(new) if new else ())
    found: list[Found] = [before[1]] if before else []
    for first in is_new:
        found.append(next(results) if first else found[-1])
    return found[1:] if before else found


def _same(one: np.ndarray | None, other: np.ndarray) -> bool:
    return one is other or (one is not None and np.array_equal(one, other))
