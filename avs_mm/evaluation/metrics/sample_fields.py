"""What the metrics read from a data sample, with errors that name its image."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.category_maps import regions_of

__all__ = [
    "category_regions",
    "metainfo",
    "naming",
    "pixel_data",
    "sounding_map",
    "sounding_mask",
]


@contextmanager
def naming(sample: dict) -> Iterator[None]:
    """Put the sample's ``img_path`` before the message of any ValueError raised inside."""
    try:
        yield
    except ValueError as error:
        raise ValueError(
            f"{sample.get('img_path', 'a sample without img_path')}: {error}"
        ) from error


def sounding_map(sample: dict) -> Tensor:
    """The predicted probability that each pixel sounds, float ``(1, H, W)`` in [0, 1].

    Raises:
        ValueError: if the model has not predicted it.
    """
    return pixel_data(
        sample, "pred_sounding_map", "the model must predict it, as avs_mm.AVSC does"
    ).detach()


def sounding_mask(sample: dict, *, size: torch.Size) -> Tensor:
    """The annotated sounding mask, ``(1, H, W)`` in {0, 1}, of the prediction's (height, width).

    Raises:
        ValueError: if it is missing or of another size.
    """
    return pixel_data(
        sample,
        "gt_sounding_mask",
        "load it with avs_mm.LoadSoundingMask in the pipeline",
        size=size,
    )


def pixel_data(sample: dict, field: str, remedy: str, *, size: torch.Size | None = None) -> Tensor:
    """The tensor ``(1, H, W)`` of one PixelData field.

    Raises:
        ValueError: if it is missing, and then gives the remedy; or if its size is not the given
            (height, width).
    """
    if field not in sample:
        raise ValueError(f"the sample has no {field}; {remedy}")
    data = sample[field]["data"]
    if data.ndim != 3 or len(data) != 1:
        raise ValueError(f"{field} must be (1, H, W), got {tuple(data.shape)}")
    if size is not None and data.shape[1:] != size:
        raise ValueError(
            f"{field} is {_size(data.shape[1:])} (height x width) but the prediction "
            f"{_size(size)}; predict at the size of the annotation"
        )
    return data


def category_regions(sample: SegDataSample, field: str) -> tuple[list[int], Tensor]:
    """Return the n categories in a sample's category map, and the region of each.

    Returns:
        The categories in ascending order, and bool (n, H, W); none where there is no such map.
    """
    if field not in sample:
        return [], torch.zeros((0, *sample.ori_shape[:2]), dtype=torch.bool)
    categories, regions = regions_of(sample.get(field).data)
    return categories.tolist(), regions


def metainfo(sample: dict, key: str) -> Any:
    """One value of the sample's metainfo.

    Raises:
        ValueError: if it is missing.
    """
    if key not in sample:
        raise ValueError(
            f"the sample has no '{key}'; avs_mm.PackAVSInputs must pack it (meta_keys)"
        )
    return sample[key]


def _size(size: torch.Size) -> str:
    return "x".join(str(length) for length in size)
