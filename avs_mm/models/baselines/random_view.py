"""Another view of the same images, for learning from what two views have in common."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["random_view"]

LEAST_SIDE = 0.7  # of the image, so that at least half of its area is in view
GAIN, OFFSET = 0.2, 0.2  # in standard deviations of the normalised image


def random_view(images: Tensor) -> Tensor:
    """Crop each image, flip every second one and change brightness and contrast, at random.

    Args:
        images: Normalised, (B, 3, H, W).

    Returns:
        (B, 3, H, W).
    """
    batch = len(images)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(batch, device=images.device).uniform_(low, high)

    # Where each pixel of the view lies in the image, of which -1 and 1 are the edges
    side = uniform(LEAST_SIDE, 1)
    mirrored = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    to_image = images.new_zeros(batch, 2, 3)
    to_image[:, 0, 0] = side * mirrored
    to_image[:, 1, 1] = side
    to_image[:, 0, 2] = (1 - side) * uniform(-1, 1)
    to_image[:, 1, 2] = (1 - side) * uniform(-1, 1)
    grid = F.affine_grid(to_image, list(images.shape), align_corners=False)
    view = F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    gain, offset = uniform(1 - GAIN, 1 + GAIN), uniform(-OFFSET, OFFSET)
    return view * gain.view(-1, 1, 1, 1) + offset.view(-1, 1, 1, 1)
