"""Another view of the same images, for learning from what two views have in common."""

import torch
import torch.nn.functional as F
from torch import Tensor

__all__ = ["random_view"]

ENLARGED = 1.1  # to which the images are brought before they are cropped


def random_view(images: Tensor) -> Tensor:
    """Enlarge images by a tenth, crop them anywhere to their size and mirror every second one.

    Source: the training of EZ-VSL, LVS and SSPL, whose crops are in whole pixels.

    Args:
        images: Normalised, (B, 3, H, W).

    Returns:
        (B, 3, H, W).
    """
    batch = len(images)

    def uniform(low: float, high: float) -> Tensor:
        return torch.empty(batch, device=images.device).uniform_(low, high)

    # Where each pixel of the view lies in the image, of which -1 and 1 are the edges
    side = 1 / ENLARGED
    to_image = images.new_zeros(batch, 2, 3)
    to_image[:, 0, 0] = side * torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    to_image[:, 1, 1] = side
    to_image[:, 0, 2] = (1 - side) * uniform(-1, 1)
    to_image[:, 1, 2] = (1 - side) * uniform(-1, 1)
    grid = F.affine_grid(to_image, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, padding_mode="border", align_corners=False)
