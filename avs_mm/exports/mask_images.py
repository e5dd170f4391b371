"""A PNG a frame whose pixels are the ids of what sounds."""

from pathlib import Path
from types import TracebackType

import numpy as np
from typing_extensions import Self

from avs_mm.apis.frame import Frame
from avs_mm.output_file import write_image

__all__ = ["MaskImages", "id_map"]


class MaskImages:
    """Writes ``000000.png``, ``000001.png`` ..., grey of 16 bits: 0, or the id of what sounds.

    Args:
        folder: For the images; it is made. Those of an earlier run are written over.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.number = 0

    def __enter__(self) -> Self:
        return self

    def add(self, frame: Frame) -> None:
        """Write a frame's image."""
        write_image(self.folder / f"{self.number:06d}.png", id_map(frame))
        self.number += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        """Leave the images that were written, each of which is whole."""


def id_map(frame: Frame) -> np.ndarray:
    """Paint the ids of what sounds, uint16 (H, W); a small object lies over a large one."""
    painted = np.zeros(frame.size, np.uint16)
    for found in sorted(frame.sounding, key=lambda found: -found.area):
        painted[found.mask] = found.id
    return painted
