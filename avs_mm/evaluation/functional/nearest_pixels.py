"""Labels at another size, as PIL brings them there."""

import numpy as np
import torch
from PIL import Image
from torch import Tensor

__all__ = ["nearest_pixels"]


def nearest_pixels(maps: Tensor, size: tuple[int, int]) -> Tensor:
    """Bring a map (H, W) to a size (height, width) by PIL's NEAREST, as AVSBench's code does.

    Where the centre of a pixel falls between two pixels, PIL's rounding decides. torch's
    "nearest-exact" rounds otherwise: from 1280 pixels to 224 it takes 20 other columns.

    Args:
        maps: Of any type; values are kept as float32 keeps them.
    """
    image = Image.fromarray(maps.detach().float().cpu().numpy())
    resized = image.resize(size[::-1], Image.Resampling.NEAREST)
    return torch.from_numpy(np.array(resized)).to(maps)
