"""SLAVC: which sound it is and where it is are two questions, asked of slowly moving targets."""

from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import ExponentialMovingAverage
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from avs_mm.models.baselines.joint_embedding import (
    JointEmbedding,
    matched_similarities,
    pairwise_similarities,
)
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["SLAVC", "two_stream_contrast"]


@MODELS.register_module()
class SLAVC(SoundLocaliser):
    """Localise in two streams that multiply: correspondence in the batch, location in the image.

    The correspondence stream asks at every location which sound of the batch belongs there, the
    localisation stream where in the image a sound belongs; a pair is as likely as the sum over
    the locations of the product. What is compared with comes from target encoders that follow the
    trained ones as an exponential moving average, and the image's features are all but dropped,
    both against overfitting. The heat map is the mean of the streams' cosines.

    Args:
        embed_dims: Of each stream's space.
        temperature: Of both softmaxes.
        visual_dropout, audio_dropout: Fractions of the encoders' features that training drops.
        momentum: Fraction of itself that a target keeps in an iteration, below 1.
        localiser: Arguments of ``SoundLocaliser``.

    Source: Mo and Morgado, A Closer Look at Weakly-Supervised Audio-Visual Source Localization,
    NeurIPS 2022.
    """

    def __init__(
        self,
        *,
        embed_dims: int = 512,
        temperature: float = 0.03,
        visual_dropout: float = 0.9,
        audio_dropout: float = 0.0,
        momentum: float = 0.999,
        **localiser: Any,
    ) -> None:
        super().__init__(**localiser)
        dims = {
            "visual_dims": self.in_channels,
            "audio_dims": self.audio_encoder.embed_dims,
            "embed_dims": embed_dims,
        }
        self.correspondence = JointEmbedding(**dims)
        self.localisation = JointEmbedding(**dims)
        self.temperature = temperature
        self.visual_dropout = nn.Dropout(visual_dropout)
        self.audio_dropout = nn.Dropout(audio_dropout)
        # Its first update copies the weights, so it does not matter that these are not loaded yet.
        self.target = ExponentialMovingAverage(self._trained_parts(), momentum=1 - momentum)
        self.target.requires_grad_(False)

    def _trained_parts(self) -> nn.ModuleDict:
        names = ("backbone", "audio_encoder", "correspondence", "localisation")
        return nn.ModuleDict({name: getattr(self, name) for name in names})

    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the mean of both streams' cosines, (B, h, w)."""
        streams = (self.correspondence, self.localisation)
        cosines = [matched_similarities(*stream(features, audio_embedding)) for stream in streams]
        return torch.stack(cosines).mean(0)

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_contrast`` and let the targets follow; no annotation is read."""
        with torch.no_grad():
            self.target.update_parameters(self._trained_parts())
            targets = self._embed(self.target.module, inputs)
        trained = self._embed(self._trained_parts(), inputs)

        # Both terms ask an image which sound is its own: in the first the sounds are the targets',
        # in the second the images are.
        sounds = {
            stream: pairwise_similarities(trained[stream][0], targets[stream][1])
            for stream in trained
        }
        images = {
            stream: pairwise_similarities(targets[stream][0], trained[stream][1])
            for stream in trained
        }
        loss = self._contrast(sounds) + self._contrast(images)
        return {"loss_contrast": loss}

    def _contrast(self, similarities: dict[str, Tensor]) -> Tensor:
        return two_stream_contrast(
            similarities["correspondence"], similarities["localisation"], self.temperature
        )

    def _embed(
        self, parts: nn.ModuleDict, inputs: dict[str, Tensor]
    ) -> dict[str, tuple[Tensor, Tensor]]:
        """Embed the images and sounds of a batch in both streams."""
        features = self.visual_dropout(parts["backbone"](inputs["img"])[-1])
        tokens = parts["audio_encoder"](self.waveforms_of(inputs))
        audio_embedding = self.audio_dropout(tokens.mean(dim=1))
        return {
            stream: parts[stream](features, audio_embedding)
            for stream in ("correspondence", "localisation")
        }


def two_stream_contrast(correspondence: Tensor, localisation: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of finding each image's own sound in the batch, in both streams at once.

    The likelihood of image i and sound j is the sum over the locations l of
    softmax_j(correspondence_ij / temperature) * softmax_l(localisation_ij / temperature), and is
    normalised over the sounds.

    Args:
        correspondence, localisation: Similarities (B, B, h, w): of image i with sound j.
    """
    candidate = (correspondence.flatten(2) / temperature).log_softmax(dim=1)
    location = (localisation.flatten(2) / temperature).log_softmax(dim=2)
    log_likelihood = (candidate + location).logsumexp(dim=2)  # (B, B)
    matched = torch.arange(len(log_likelihood), device=log_likelihood.device)
    return F.cross_entropy(log_likelihood, matched)
