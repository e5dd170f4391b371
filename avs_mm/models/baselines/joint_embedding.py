"""One space for images and sounds."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["JointEmbedding", "matched_similarities", "pairwise_similarities"]


class JointEmbedding(nn.Module):
    """Project the locations of an image and a sound into one space, onto the unit sphere."""

    def __init__(self, *, visual_dims: int, audio_dims: int, embed_dims: int) -> None:
        super().__init__()
        self.visual = nn.Conv2d(visual_dims, embed_dims, kernel_size=1)
        self.audio = nn.Linear(audio_dims, embed_dims)
        # As EZ-VSL's and SLAVC's authors begin
        nn.init.kaiming_normal_(self.visual.weight, mode="fan_out", nonlinearity="relu")
        nn.init.trunc_normal_(self.audio.weight, std=0.01)

    def forward(self, features: Tensor, audio_embedding: Tensor) -> tuple[Tensor, Tensor]:
        """Embed maps (B, visual_dims, h, w) and sounds (B, audio_dims), both of length 1.

        Returns:
            (B, embed_dims, h, w) and (B, embed_dims), float32.
        """
        locations, sounds = self.visual(features).float(), self.audio(audio_embedding).float()
        return F.normalize(locations, dim=1), F.normalize(sounds, dim=1)


def pairwise_similarities(locations: Tensor, sounds: Tensor) -> Tensor:
    """Cosine of each sound j with each location of each image i, (I, J, h, w) in [-1, 1]."""
    # A temperature of 0.03 makes 30 of the error of half precision.
    with torch.autocast(locations.device.type, enabled=False):
        return torch.einsum("ichw,jc->ijhw", locations, sounds)


def matched_similarities(locations: Tensor, sounds: Tensor) -> Tensor:
    """Cosine of each image's locations with its own sound, (B, h, w) in [-1, 1]."""
    with torch.autocast(locations.device.type, enabled=False):
        return torch.einsum("bchw,bc->bhw", locations, sounds)
