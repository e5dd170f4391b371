"""Reads masks and label maps as AVSBench stores them, and turns labels into category maps."""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from torch import Tensor

__all__ = [
    "BACKGROUND",
    "fill_categories",
    "open_image",
    "read_label_map",
    "read_mask",
    "regions_of",
    "to_category_map",
]

BACKGROUND = 255  # of a category map: no object


def open_image(path: str | Path) -> Image.Image:
    """Open and decode an image.

    Raises:
        FileNotFoundError, ValueError: The file is missing, or no image.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; unpack the data set's archives completely")
    try:
        with Image.open(path) as image:
            image.load()
        return image
    except (OSError, SyntaxError, ValueError) as error:
        raise ValueError(f"{path}: not a readable image ({error}); download it again") from error


def read_mask(path: str | Path) -> np.ndarray:
    """Read a binary mask of any mode (1, L, P, RGB, ...): what is not black is foreground.

    Returns:
        uint8 (H, W) in {0, 1}.

    Raises:
        FileNotFoundError, ValueError: The file is missing, or no image.
    """
    image = open_image(path)
    if image.mode == "P" or len(image.getbands()) > 1:
        # The largest channel, and not the grey, which loses a dark blue.
        return (np.asarray(image.convert("RGB")).max(axis=2) > 0).astype(np.uint8)
    return (np.asarray(image) > 0).astype(np.uint8)


def read_label_map(path: str | Path) -> np.ndarray:
    """Read a label map: the pixels' values, in palette images their indices.

    Returns:
        uint8 (H, W), 0 = background.

    Raises:
        FileNotFoundError, ValueError: The file is missing, no image, or one of colours.
    """
    image = open_image(path)
    if image.mode not in ("1", "L", "P"):
        raise ValueError(
            f"{path}: a {image.mode} image, but labels are the values of one channel; "
            "use AVSBench-semantic's labels_semantic, not labels_rgb"
        )
    return np.asarray(image).astype(np.uint8)


def to_category_map(labels: np.ndarray, table: Mapping[int, int], path: str | Path) -> np.ndarray:
    """Turn labels (H, W) into a category map (H, W) of ``table``'s values; 0 becomes 255.

    Raises:
        ValueError: A label that is not in ``table``; ``path`` is where it was read.
    """
    present = np.flatnonzero(np.bincount(labels.ravel(), minlength=256))
    unknown = sorted(set(present.tolist()) - set(table) - {0})
    if unknown:
        raise ValueError(
            f"{path}: its labels {unknown} belong to no category (known: {sorted(table)}); correct "
            "the file or label2idx.json, or add their names to the data set's metainfo classes"
        )
    lookup = np.full(256, BACKGROUND, np.uint8)
    for label, category in table.items():
        lookup[label] = category
    return lookup[labels]


def fill_categories(mask: np.ndarray, categories: np.ndarray) -> np.ndarray:
    """Give every foreground pixel of ``mask`` a category, the nearest one where it has none.

    MS3 masks are 224x224 and AVSBench-semantic's labels are not, so edges differ by a pixel.

    Args:
        mask: (H, W) in {0, 1}.
        categories: Category map of any size, resized to the mask's by the nearest pixel.

    Returns:
        Category map uint8 (H, W): 255 exactly where ``mask`` is 0.

    Raises:
        ValueError: There is foreground, and not one category to give it.
    """
    if categories.shape != mask.shape:
        categories = cv2.resize(categories, mask.shape[::-1], interpolation=cv2.INTER_NEAREST)
    foreground, unlabelled = mask > 0, categories == BACKGROUND
    if foreground.any() and unlabelled.all():
        raise ValueError("the mask has foreground, but the label map has no label")
    if (foreground & unlabelled).any():
        _, nearest = cv2.distanceTransformWithLabels(
            unlabelled.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
        )
        # ``nearest`` numbers the labelled pixels from 1 on: look up the category of each number.
        numbered = np.zeros(nearest.max() + 1, np.uint8)
        numbered[nearest[~unlabelled]] = categories[~unlabelled]
        categories = numbered[nearest]
    return np.where(foreground, categories, BACKGROUND).astype(np.uint8)


def regions_of(category_map: Tensor) -> tuple[Tensor, Tensor]:
    """Return the n categories of a category map (H, W) or (1, H, W), and the region of each.

    Returns:
        The categories (n,) in ascending order, and bool (n, H, W).
    """
    categories = category_map[category_map != BACKGROUND].unique()
    return categories, category_map == categories[:, None, None]
