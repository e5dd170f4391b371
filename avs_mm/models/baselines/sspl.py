"""SSPL: no negatives; two views of an image, weighted by one sound, predict each other."""

from typing import Any

import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor, nn

from avs_mm.models.baselines.predictive_coding import PredictiveCoding
from avs_mm.models.baselines.random_view import random_view
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["SSPL", "negative_cosine"]


@MODELS.register_module()
class SSPL(SoundLocaliser):
    """Localise without negatives: what the sound picks from two views must be the same thing.

    The sound attends to the locations of each view; the attended features are projected and one
    view predicts the other's projection, through which no gradient flows (SimSiam). Without PCM the
    attention is by the cosine with the projected sound, one vector for all locations; with it, by
    that with the map into which the predictive coding module turns the sound.

    Nothing in the loss tells a sound from another: only what the encoders bring along ties sounds
    to images. The authors' are VGG16 and VGGish, both trained on labels, so give the encoders
    weights (``backbone_weights``, ``audio_encoder=dict(type="avs_mm.VGGish", checkpoint=...)``).

    Args:
        pcm: Whether the predictive coding module aligns the sound with the image.
        cycles: Of the predictive coding module.
        attention_temperature: Of the softmax over the locations.
        projection_dims, prediction_dims: Widths of the projection and of the predictor.
        localiser: Arguments of ``SoundLocaliser``.

    Source: Song et al., Self-Supervised Predictive Learning, CVPR 2022; Chen and He, Exploring
    Simple Siamese Representation Learning, CVPR 2021. The softmax and its temperature are ours.
    """

    def __init__(
        self,
        *,
        pcm: bool = True,
        cycles: int = 4,
        attention_temperature: float = 0.1,
        projection_dims: int = 512,
        prediction_dims: int = 128,
        **localiser: Any,
    ) -> None:
        super().__init__(**localiser)
        channels, audio_dims = self.in_channels, self.audio_encoder.embed_dims
        self.pcm = pcm
        self.attention_temperature = attention_temperature
        self.reference: nn.Module
        if pcm:
            self.reference = PredictiveCoding(
                visual_dims=channels, audio_dims=audio_dims, cycles=cycles
            )
        else:
            self.reference = nn.Linear(audio_dims, channels)
        self.projector = nn.Sequential(
            nn.Linear(channels, projection_dims, bias=False),
            nn.BatchNorm1d(projection_dims),
            nn.ReLU(inplace=True),
            nn.Linear(projection_dims, projection_dims, bias=False),
            nn.BatchNorm1d(projection_dims, affine=False),
        )
        self.predictor = nn.Sequential(
            nn.Linear(projection_dims, prediction_dims, bias=False),
            nn.BatchNorm1d(prediction_dims),
            nn.ReLU(inplace=True),
            nn.Linear(prediction_dims, projection_dims),
        )

    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the cosines by which the sound attends, (B, h, w)."""
        if self.pcm:
            reference = self.reference(features, audio_embedding)
        else:
            reference = self.reference(audio_embedding)[..., None, None]
        return F.cosine_similarity(features.float(), reference.float(), dim=1)

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_prediction``, in [-1, 1]; no annotation is read."""
        audio_embedding = self.encode_audio(inputs)
        views = (self.extract_feat({"img": random_view(inputs["img"])}) for _ in range(2))
        first, second = (self.projector(self._attended(view, audio_embedding)) for view in views)
        loss = (
            negative_cosine(self.predictor(first), second)
            + negative_cosine(self.predictor(second), first)
        ) / 2
        return {"loss_prediction": loss}

    def _attended(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the mean of the locations (B, in_channels), weighted by the sound's attention."""
        similarities = self.heat_maps(features, audio_embedding).flatten(1)
        attention = (similarities / self.attention_temperature).softmax(dim=1)
        return (features.flatten(2) * attention[:, None]).sum(dim=2)


def negative_cosine(predictions: Tensor, targets: Tensor) -> Tensor:
    """Mean of the negative cosines of (B, C) with (B, C), without gradient to the targets."""
    return -F.cosine_similarity(predictions.float(), targets.detach().float(), dim=1).mean()
