"""Reads saved masks, probability maps, logits and category maps, and tells which they are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from avs_mm.datasets.category_maps import open_image
from avs_mm.evaluation.functional import nearest_pixels

__all__ = ["KINDS", "Reading", "read_labels", "reading_of", "resized"]

Kind = Literal["auto", "masks", "probabilities", "logits"]
KINDS = ("auto", "masks", "probabilities", "logits")
BINARY = ({0}, {1}, {255}, {0, 1}, {0, 255})


@dataclass(frozen=True)
class Reading:
    """How the values of a folder's files become probabilities.

    Args:
        scale: What a value of 1 is called in the files: 1, 255 or 65535.
    """

    kind: Literal["masks", "probabilities", "logits"]
    scale: int = 1

    def __str__(self) -> str:
        values = {1: "0 and 1", 255: "0 and 255", 65535: "0 and 65535"}[self.scale]
        if self.kind == "masks":
            return f"binary masks ({values})"
        if self.kind == "logits":
            return "logits (sigmoid taken)"
        return {1: "probabilities", 255: "8-bit probabilities", 65535: "16-bit probabilities"}[
            self.scale
        ]

    def read(self, path: Path) -> Tensor:
        """Read a file as probabilities, float32 (H, W) in [0, 1]."""
        values = torch.from_numpy(_values(path).astype(np.float32))
        return values.sigmoid() if self.kind == "logits" else values / self.scale


def reading_of(paths: Iterable[Path], kind: Kind = "auto") -> Reading:
    """Look into every file and tell what its values are.

    Images of 0 and 255, or 0 and 1, in all files are masks; others are probabilities of 8 or 16
    bits. Arrays (.npy) of fractions are probabilities.

    Args:
        kind: What they are, where it is known; values that cannot be of it are an error.

    Raises:
        ValueError: The values are of no kind, or of several.
    """
    levels: set[int] = set()  # of whole numbers
    low, high = np.inf, -np.inf
    types: dict[str, Path] = {}
    for path in paths:
        values = _values(path)
        types.setdefault("f" if values.dtype.kind == "f" else values.dtype.str, path)
        low, high = min(low, float(values.min())), max(high, float(values.max()))
        if values.dtype.kind != "f":
            levels |= set(np.unique(values).tolist())
        elif not np.isfinite(values).all():
            raise ValueError(f"{path}: holds NaN or infinity; mend the model's output")
    first = next(iter(types.values())).parent
    if len(types) > 1:
        names = " and ".join(str(path) for path in list(types.values())[:2])
        raise ValueError(f"{names}: their values are of different types; save all alike")

    if "f" in types:
        if kind == "logits":
            return Reading("logits")
        if low < 0 or high > 1:
            raise ValueError(
                f"{first}: values from {low:.4g} to {high:.4g} are no probabilities; if they are "
                "logits, give --kind logits"
            )
        return Reading("masks" if kind == "masks" else "probabilities")
    if kind == "logits":
        raise ValueError(f"{first}: whole numbers are no logits; save logits as float .npy")
    if levels in BINARY and kind != "probabilities":
        return Reading("masks", scale=255 if 255 in levels else 1)
    if kind == "masks" or (kind == "auto" and len(levels) < 3) or low < 0:
        raise ValueError(
            f"{first}: holds the values {sorted(levels)[:5]}, but masks are 0 and 255 or 0 and 1. "
            "Save them so; if these are probabilities, give --kind probabilities"
        )
    if not {"|u1", "<u2"} & types.keys():
        raise ValueError(
            f"{first}: whole numbers from {low:g} to {high:g} are no probabilities; save uint8, "
            "uint16, or fractions as .npy"
        )
    return Reading("probabilities", scale=255 if "|u1" in types else 65535)


def read_labels(path: Path, palette: Sequence[Sequence[int]]) -> np.ndarray:
    """Read labels of categories, 0 for the background, uint8 (H, W).

    From a grey or palette image of labels, an image of AVSBench's colours, or .npy: labels (H, W)
    or scores (K + 1, H, W), of which the highest counts, the first on a tie.

    Args:
        palette: RGB of the labels 1 ... K.

    Raises:
        ValueError: Labels or colours of no category.
    """
    if path.suffix.lower() == ".npy":
        values = _array(path)
        if values.ndim == 3 and len(values) == len(palette) + 1:
            values = values.argmax(axis=0)
        if values.ndim != 2 or values.dtype.kind not in "ui":
            raise ValueError(
                f"{path}: is {values.dtype} of shape {values.shape}; save labels (H, W) or scores "
                f"({len(palette) + 1}, H, W), background first"
            )
        labels = values
    else:
        image = open_image(path)
        if image.mode not in ("1", "L", "P"):
            return _labels_of_colours(np.asarray(image.convert("RGB")), palette, path)
        labels = np.asarray(image)
    if int(labels.min()) < 0 or int(labels.max()) > len(palette):
        raise ValueError(
            f"{path}: holds the labels {int(labels.min())} to {int(labels.max())}, but there are "
            f"0 to {len(palette)}, 0 being the background"
        )
    return labels.astype(np.uint8)


def resized(maps: Tensor, size: tuple[int, int], *, smooth: bool) -> Tensor:
    """Bring a map (H, W) to another size: the nearest pixel, or between pixels (bilinear)."""
    if tuple(maps.shape) == tuple(size):
        return maps
    if smooth:
        return F.interpolate(maps[None, None], size, mode="bilinear", align_corners=False)[0, 0]
    return nearest_pixels(maps, size)


def _values(path: Path) -> np.ndarray:
    """Values of one channel, (H, W)."""
    if path.suffix.lower() == ".npy":
        values = _array(path)
        while values.ndim > 2 and len(values) == 1:
            values = values[0]
        if values.ndim != 2 or values.dtype.kind not in "fuib":
            raise ValueError(
                f"{path}: is {values.dtype} of shape {values.shape}; save a map (H, W) a frame"
            )
        return values.astype(np.uint8) if values.dtype.kind == "b" else values
    image = open_image(path)
    if image.mode == "P":
        return _of_palette(image, path)
    if image.mode == "1":
        return np.asarray(image).astype(np.uint8)
    values = np.asarray(image)
    if values.ndim == 3:
        colours = values[..., :3] if values.shape[-1] >= 3 else values[..., :1]
        if (colours != colours[..., :1]).any():
            raise ValueError(
                f"{path}: a coloured image is no mask; save one channel. Categories are scored "
                "with --subset avss"
            )
        values = colours[..., 0]
    return values.astype(np.uint16) if image.mode.startswith("I") else values


def _of_palette(image: Image.Image, path: Path) -> np.ndarray:
    indices, grey = np.asarray(image), np.asarray(image.convert("L"))
    if (indices == grey).all() or set(np.unique(indices).tolist()) in BINARY:
        return indices
    raise ValueError(
        f"{path}: a palette of colours is no mask; save 0 and 255 in one grey channel. Categories "
        "are scored with --subset avss"
    )


def _array(path: Path) -> np.ndarray:
    try:
        return np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"{path}: no array of numbers ({error}); save it with numpy.save"
        ) from error


def _labels_of_colours(
    colours: np.ndarray, palette: Sequence[Sequence[int]], path: Path
) -> np.ndarray:
    keys = colours.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    known = np.array([0] + [(r << 16) + (g << 8) + b for r, g, b in palette])
    order = np.argsort(known)
    places = np.searchsorted(known[order], keys).clip(max=len(known) - 1)
    labels = order[places]
    unknown = known[labels] != keys
    if unknown.any():
        raise ValueError(
            f"{path}: {unknown.mean():.2%} of its pixels have a colour of no category. TPAVI's "
            "save_color_mask blends colours when it resizes: set RESIZE_PRED_MASK = False"
        )
    return labels.astype(np.uint8)
