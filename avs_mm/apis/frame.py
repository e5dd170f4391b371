"""What a video's frame shows: its objects, with masks, scores and whether they sound."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

__all__ = ["AVSObject", "Frame"]


@dataclass(frozen=True)
class AVSObject:
    """An object of a frame.

    Attributes:
        id: The same for the same object in every frame of the video, from 1 on.
        category: Name of its category.
        rle: Its mask as COCO's compressed RLE: ``size`` [H, W] and ``counts``, bytes.
        visual_score: Of the segmentor, in [0, 1].
        audio_score: That its category sounds, in [0, 1]; None where the model uses no sound.
        sounding: Whether the model says that it sounds.
        colour: RGB in [0, 255], the same for the same id.
        label: Index of its category among the inferencer's ``classes``.
    """

    id: int
    category: str
    rle: dict[str, Any] = field(repr=False)
    visual_score: float
    audio_score: float | None
    sounding: bool
    colour: tuple[int, int, int] = (255, 176, 0)
    label: int = 0

    @property
    def mask(self) -> np.ndarray:
        """Decode the mask, bool (H, W); every access decodes it anew."""
        decoded: np.ndarray = coco_mask.decode(self.rle)
        return decoded.astype(bool)

    @property
    def area(self) -> int:
        """Pixels of the mask."""
        return int(coco_mask.area(self.rle))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the mask in pixels; right and bottom lie outside it."""
        left, top, width, height = (float(value) for value in coco_mask.toBbox(self.rle))
        return left, top, left + width, top + height


@dataclass(frozen=True)
class Frame:
    """A frame of a video.

    Attributes:
        time: Seconds from the video's start.
        size: (H, W) in pixels.
        objects: Sounding or not.
        carried: Whether their masks are those of a frame beside it (``carry`` of ``stream``).
        image: RGB uint8 (H, W, 3); None where only the masks were kept.
    """

    time: float
    size: tuple[int, int]
    objects: list[AVSObject]
    carried: bool = False
    image: np.ndarray | None = field(default=None, repr=False, compare=False)

    @property
    def sounding(self) -> list[AVSObject]:
        """The objects that sound."""
        return [found for found in self.objects if found.sounding]
