"""Masks as COCO's compressed run-length encoding (RLE)."""

from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

__all__ = ["encode_rle", "rle_as_text"]


def encode_rle(masks: np.ndarray) -> list[dict[str, Any]]:
    """Encode masks, bool (n, H, W), as COCO's compressed RLE."""
    return [coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8)) for mask in masks]


def rle_as_text(rle: dict[str, Any]) -> dict[str, Any]:
    """Return COCO's compressed RLE with text counts, which JSON can hold."""
    return {"size": [int(side) for side in rle["size"]], "counts": rle["counts"].decode()}
