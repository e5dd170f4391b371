"""Masks of one frame moved to where their objects are in another, by optical flow."""

import cv2
import numpy as np

__all__ = ["move_masks"]

LONGEST_SIDE = 480  # pixels in which the flow is found
LEAST_SIDE = 16  # of a picture in which OpenCV finds any


def move_masks(masks: np.ndarray, origin: np.ndarray, image: np.ndarray) -> np.ndarray:
    """Move masks by the flow between two pictures (DIS, Kroeger et al., ECCV 2016).

    Args:
        masks: Of ``origin``, bool (n, H, W).
        origin: The picture that they were found in, RGB uint8 (H, W, 3).
        image: The picture that they are moved to, RGB uint8 (H, W, 3).

    Returns:
        bool (n, H, W); as they were where the pictures are smaller than 16 pixels.
    """
    height, width = masks.shape[1:]
    factor = min(1.0, LONGEST_SIDE / max(height, width))
    size = round(width * factor), round(height * factor)
    if min(size) < LEAST_SIDE:
        return masks
    finder = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # Where each pixel came from. The stubs of OpenCV want a first guess, zeros of which are one.
    flow = finder.calc(_grey(image, size), _grey(origin, size), None)  # type: ignore[call-overload]
    flow = cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR) / factor
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    columns, rows = columns + flow[..., 0], rows + flow[..., 1]
    moved = [
        cv2.remap(mask.astype(np.uint8) * 255, columns, rows, cv2.INTER_LINEAR) > 127
        for mask in masks
    ]
    return np.array(moved, bool).reshape(masks.shape)


def _grey(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
