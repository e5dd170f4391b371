"""EZ-VSL: the place most like the sound, against those of other pictures."""

from typing import Any

import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.baselines.joint_embedding import (
    JointEmbedding,
    all_similarities,
    own_similarities,
)
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["EZVSL", "multiple_instance_contrast"]


@MODELS.register_module()
class EZVSL(SoundLocaliser):
    """Localise by multiple-instance contrast: of a picture's places, only the most alike counts.

    The pictures and sounds of the other samples in the process's batch are the negatives. The
    object-guided prior that the authors average with the heat map at test time, the activations of
    an ImageNet classifier, is left out: it does not listen.

    Args:
        embed_dims: Of the space that pictures and sounds share.
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

    def heat_maps(self, seen: Tensor, heard: Tensor) -> Tensor:
        """Return the cosines of the places with the sound, (B, h, w)."""
        return own_similarities(*self.embedding(seen, heard))

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_contrast``; no annotation is read."""
        similarities = all_similarities(*self.embedding(*self.extract_feat(inputs)))
        return {"loss_contrast": multiple_instance_contrast(similarities, self.temperature)}


def multiple_instance_contrast(similarities: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding each picture's sound, and each sound's picture, in the batch.

    A pair is as alike as its most similar place is.

    Args:
        similarities: (B, B, h, w): of picture i's places with sound j.
    """
    logits = similarities.amax(dim=(-2, -1)) / temperature
    own = torch.arange(len(logits), device=logits.device)
    return F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)
