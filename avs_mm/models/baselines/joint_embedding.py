"""One space for what is seen and what is heard."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["JointEmbedding", "all_similarities", "own_similarities"]


class JointEmbedding(nn.Module):
    """Project the places of a picture and a sound into one space, onto the unit sphere."""

    def __init__(self, *, visual_dims: int, audio_dims: int, embed_dims: int) -> None:
        super().__init__()
        self.visual = nn.Conv2d(visual_dims, embed_dims, kernel_size=1)
        self.audio = nn.Linear(audio_dims, embed_dims)

    def forward(self, seen: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """Embed pictures (B, visual_dims, h, w) and sounds (B, audio_dims), both of length 1.

        Returns:
            (B, embed_dims, h, w) and (B, embed_dims), float32.
        """
        places, sounds = self.visual(seen).float(), self.audio(heard).float()
        return F.normalize(places, dim=1), F.normalize(sounds, dim=1)


def all_similarities(places: Tensor, sounds: Tensor) -> Tensor:
    """Cosine of each sound j with each place of each picture i, (I, J, h, w) in [-1, 1]."""
    # A temperature of 0.03 makes 30 of the error of half precision.
    with torch.autocast(places.device.type, enabled=False):
        return torch.einsum("ichw,jc->ijhw", places, sounds)


def own_similarities(places: Tensor, sounds: Tensor) -> Tensor:
    """Cosine of each picture's places with its own sound, (B, h, w) in [-1, 1]."""
    with torch.autocast(places.device.type, enabled=False):
        return torch.einsum("bchw,bc->bhw", places, sounds)
