"""EZ-VSL: the location most like the sound, against those of other images."""

from typing import Any

import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.baselines.joint_embedding import (
    JointEmbedding,
    matched_similarities,
    pairwise_similarities,
)
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["EZVSL", "multiple_instance_contrast"]


@MODELS.register_module()
class EZVSL(SoundLocaliser):
    """Localise by multiple-instance contrast: of an image's locations, only the most alike counts.

    The images and sounds of the other samples in the process's batch are the negatives. The
    authors average the heat map with a prior at test time: ``object_prior``.

    Args:
        embed_dims: Of the space that images and sounds share.
        temperature: Of the softmax over the batch.
        localiser: Arguments of ``SoundLocaliser``.

    Source: Mo and Morgado, Localizing Visual Sounds the Easy Way, ECCV 2022.
    """

    def __init__(
        self, *, embed_dims: int = 512, temperature: float = 0.03, **localiser: Any
    ) -> None:
        super().__init__(**localiser)
        self.embedding = JointEmbedding(
            visual_dims=self.in_channels,
            audio_dims=self.audio_encoder.embed_dims,
            embed_dims=embed_dims,
        )
        self.temperature = temperature

    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the cosines of the locations with the sound, (B, h, w)."""
        return matched_similarities(*self.embedding(features, audio_embedding))

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_contrast``; no annotation is read."""
        features, audio_embedding = self.extract_feat(inputs), self.encode_audio(inputs)
        similarities = pairwise_similarities(*self.embedding(features, audio_embedding))
        return {"loss_contrast": multiple_instance_contrast(similarities, self.temperature)}


def multiple_instance_contrast(similarities: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding each image's sound, and each sound's image, in the batch.

    A pair is as alike as its most similar location is.

    Args:
        similarities: (B, B, h, w): of image i's locations with sound j.
    """
    logits = similarities.amax(dim=(-2, -1)) / temperature
    matched = torch.arange(len(logits), device=logits.device)
    return F.cross_entropy(logits, matched) + F.cross_entropy(logits.T, matched)
