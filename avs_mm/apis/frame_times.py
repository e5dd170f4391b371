"""Which frames of a video are shown when: at a constant rate, or every so often."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np

__all__ = ["at_constant_rate", "frames_every"]


Shown = TypeVar("Shown")  # an image, or what is known of one


def at_constant_rate(
    frames: Iterable[tuple[float, Shown]], *, fps: float
) -> Iterator[tuple[float, Shown]]:
    """Yield the frame that is shown at 0, 1 / fps, 2 / fps ... seconds, with that time."""
    position = 0
    shown: Shown | None = None
    for time, image in frames:
        while shown is not None and (position + 0.5) / fps <= time:
            yield position / fps, shown
            position += 1
        shown = image
    if shown is not None:
        yield position / fps, shown


def frames_every(
    frames: Iterable[tuple[float, np.ndarray]], every: float | None
) -> Iterator[tuple[float, np.ndarray, bool]]:
    """Mark the first frame of each ``every`` seconds as due; None: every frame.

    Yields:
        Time, image, and whether the frame is due.

    Raises:
        ValueError: ``every`` is not positive.
    """
    if every is not None and every <= 0:
        raise ValueError(f"every is a number of seconds above 0, not {every}")
    last = -1
    for time, image in frames:
        place = last + 1 if every is None else int(time / every + 1e-6)
        yield time, image, place > last
        last = max(last, place)
