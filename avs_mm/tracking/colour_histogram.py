"""The colours of a picture, by which a hard cut between two scenes is seen."""

import cv2
import numpy as np

__all__ = ["colour_histogram", "histogram_distance"]

SIDE = 64  # pixels to which a picture is reduced
BINS = 8  # of each channel


def colour_histogram(image: np.ndarray) -> np.ndarray:
    """Return the part of a picture, RGB uint8 (H, W, 3), in each of 512 colours, (512,)."""
    small = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    counts = cv2.calcHist([small], [0, 1, 2], None, [BINS] * 3, [0, 256] * 3).ravel()
    return counts / counts.sum()


def histogram_distance(one: np.ndarray, other: np.ndarray) -> float:
    """Return the part of the pixels that have another colour in the other picture, in [0, 1]."""
    return float(np.abs(one - other).sum() / 2)
