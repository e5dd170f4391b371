"""How much moves within each mask of a frame, since the frame before."""

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["MotionMeter"]

SIDE = 160  # pixels of the longer side at which frames are compared


class MotionMeter:
    """Measures the motion energy of the masks of frame after frame.

    The energy is the mean change of the grey values in and just around a mask, less that outside of
    all masks: what the camera does. It needs no flow and no training.
    """

    def __init__(self) -> None:
        self.before: NDArray[np.float32] | None = None

    def update(self, image: np.ndarray, masks: np.ndarray) -> np.ndarray:
        """Return the motion energy of each mask.

        Args:
            image: RGB uint8 (H, W, 3).
            masks: bool (n, H, W).

        Returns:
            (n,), about [0, 255]; NaN in the first frame, and after one of another size.
        """
        height, width = image.shape[:2]
        scale = min(1.0, SIDE / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.cvtColor(
            cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY
        )
        now, before = grey.astype(np.float32), self.before
        self.before = now
        if before is None or before.shape != now.shape:
            return np.full(len(masks), np.nan)
        change = np.abs(now - before)
        around = np.ones((5, 5), np.uint8)
        regions = [
            cv2.dilate(cv2.resize(mask.astype(np.uint8), size), around).astype(bool)
            for mask in masks
        ]
        outside = ~np.any(regions, axis=0) if regions else np.ones(now.shape, bool)
        camera = float(change[outside].mean()) if outside.any() else 0.0
        energies = [float(change[region].mean()) if region.any() else 0.0 for region in regions]
        return np.array(energies) - camera
