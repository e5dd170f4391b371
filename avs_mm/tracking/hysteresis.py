"""Two thresholds in the place of one: a decision that was made holds until it is clearly wrong."""

from collections.abc import Sequence

import numpy as np

__all__ = ["Hysteresis"]


class Hysteresis:
    """Thresholds of the audio score that depend on what an object did in the frame before.

    Args:
        margin: An object begins to sound above the threshold plus this, and falls silent below the
            threshold minus this, in [0, 0.5); 0 is the model's own threshold.

    Raises:
        ValueError: The margin is out of range.
    """

    def __init__(self, margin: float = 0.0) -> None:
        if not 0 <= margin < 0.5:
            raise ValueError(f"the hysteresis is a margin in [0, 0.5), not {margin}")
        self.margin = margin
        self.sounding: dict[int, bool] = {}

    def thresholds(self, ids: Sequence[int], *, at: float) -> np.ndarray:
        """Return the threshold of each object, (n,); one that is new has the model's, ``at``."""
        signs = [0 if self.sounding.get(id) is None else 1 - 2 * self.sounding[id] for id in ids]
        return np.clip(at + self.margin * np.array(signs, float), 0.0, 1.0)

    def update(self, ids: Sequence[int], sounding: Sequence[bool] | np.ndarray) -> None:
        """Remember which objects sound."""
        if self.margin:
            self.sounding.update(zip(ids, map(bool, sounding), strict=True))
