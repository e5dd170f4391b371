"""Reads masks and label maps as AVSBench stores them, and turns labels into category maps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
import torch
from PIL import Image
from torch import Tensor

from avs_mm.file_length import check_length

__all__ = [
    "BACKGROUND",
    "categories_in",
    "category_map_of",
    "check_image",
    "check_size",
    "fill_categories",
    "open_image",
    "read_label_map",
    "read_mask",
    "regions_of",
    "to_category_map",
]

BACKGROUND = 255  # of a category map: no object
MOST_PIXELS = 1 << 26  # of an image that is read: 8192 x 8192
LOSSY = ("JPEG", "JPEG2000", "MPO", "WEBP")  # formats that blur what they store


def check_image(path: str | Path) -> None:
    """Look at an image's header and at its end, without decoding it.

    OpenCV fills what a cut image lacks, and takes gigabytes for the size that a header says.

    Raises:
        FileNotFoundError, ValueError: As `open_image`; the image is cut short.
    """
    with _opened(path) as (file, _):
        check_length(path, file)


def open_image(path: str | Path) -> Image.Image:
    """Open and decode an image.

    Raises:
        FileNotFoundError, ValueError: The file is missing, no image, or larger than any frame.
    """
    with _opened(path) as (_, image):
        image.load()
    return image


@contextmanager
def _opened(path: str | Path) -> Iterator[tuple[BinaryIO, Image.Image]]:
    too_large = f"{path}: is larger than {MOST_PIXELS >> 20} million pixels; scale it down"
    try:
        with open(path, "rb") as file, Image.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                raise ValueError(too_large)
            yield file, image
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        remedy = "unpack the data set's archives completely"
        raise FileNotFoundError(f"{path}: no such file; {remedy}") from error
    except Image.DecompressionBombError as error:
        raise ValueError(too_large) from error
    except ValueError as error:
        if str(path) in str(error):
            raise
        raise _unreadable(path, error) from error
    except Exception as error:  # damaged headers end the decoders in many ways
        raise _unreadable(path, error) from error


def _unreadable(path: str | Path, error: Exception) -> ValueError:
    return ValueError(f"{path}: not a readable image ({error}); download it again")


def read_mask(path: str | Path) -> np.ndarray:
    """Read a binary mask of any mode (1, L, P, RGB, ...): what is not black is foreground.

    Returns:
        uint8 (H, W) in {0, 1}.

    Raises:
        FileNotFoundError, ValueError: The file is missing, no image, or one of which pixels are
            lost or transparent.
    """
    image = _open_lossless(path)
    if image.mode == "P" or len(image.getbands()) > 1:
        # The largest channel, and not the grey, which loses a dark blue.
        mask = np.asarray(image.convert("RGB")).max(axis=2) > 0
        if "A" in image.getbands():
            opaque = np.asarray(image.getchannel("A")) > 0
            if not opaque.all() and (opaque != mask).any():
                raise ValueError(
                    f"{path}: its transparency is no copy of its colours, so that either could be "
                    "the mask; save it without an alpha channel"
                )
        return mask.view(np.uint8)
    return (np.asarray(image) > 0).view(np.uint8)


def read_label_map(path: str | Path) -> np.ndarray:
    """Read a label map: the pixels' values, in palette images their indices.

    Returns:
        uint8 (H, W), 0 = background.

    Raises:
        FileNotFoundError, ValueError: The file is missing, no image, or one of colours.
    """
    image = _open_lossless(path)
    if image.mode not in ("1", "L", "P"):
        raise ValueError(
            f"{path}: a {image.mode} image, but labels are the values of one channel; "
            "use AVSBench-semantic's labels_semantic, not labels_rgb"
        )
    return np.asarray(image).astype(np.uint8)


def _open_lossless(path: str | Path) -> Image.Image:
    image = open_image(path)
    if image.format in LOSSY:
        raise ValueError(
            f"{path}: a {image.format}, which blurs the edges of a mask; take the PNG that it was "
            "made of"
        )
    return image


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


def category_map_of(mask: np.ndarray, category: int) -> np.ndarray:
    """Return the category map uint8 (H, W) of a mask, uint8 (H, W) in {0, 1}, of one category."""
    # 0 - 1 is 255, the background, in 8 bits; eight times as fast as np.where.
    return (mask - np.uint8(1)) | np.uint8(category)


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


def categories_in(category_map: Tensor) -> Tensor:
    """Return the n categories of a category map of any shape, (n,) in ascending order."""
    # Counting takes a sixth of the time of ``unique``, which sorts the pixels.
    numbers = torch.bincount(category_map.flatten(), minlength=BACKGROUND + 1)
    numbers[BACKGROUND] = 0
    return numbers.nonzero()[:, 0]


def regions_of(category_map: Tensor) -> tuple[Tensor, Tensor]:
    """Return the n categories of a category map (H, W) or (1, H, W), and the region of each.

    Returns:
        The categories (n,) in ascending order, and bool (n, H, W).
    """
    categories = categories_in(category_map).to(category_map)
    return categories, category_map == categories[:, None, None]


def check_size(mask: np.ndarray, path: str, results: dict) -> None:
    """Check that a mask (H, W) has the size of the image of a sample.

    Raises:
        ValueError: It has another.
    """
    # ``ori_shape`` and not the image itself, which may have been resized by now.
    shape = results.get("ori_shape") or results["img"].shape[:2]
    if mask.shape != tuple(shape[:2]):
        height, width = mask.shape
        raise ValueError(
            f"{path} is {width}x{height}, but its image {results['img_path']} is "
            f"{shape[1]}x{shape[0]}; a mask has its image's size: extract one of them again"
        )
