"""SSPL: no negatives; two views of an image, weighted by one sound, predict each other."""

from typing import Any

import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor, nn
from typing_extensions import Self

from avs_mm.models.baselines.predictive_coding import PredictiveCoding
from avs_mm.models.baselines.random_view import random_view
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["SSPL", "negative_cosine", "stretched", "sum_by_attention"]


@MODELS.register_module()
class SSPL(SoundLocaliser):
    """Localise without negatives: what the sound picks from two views must be the same thing.

    The sound attends to the locations of each view; the attended features are projected and one
    view predicts the other's projection, through which no gradient flows (SimSiam). With PCM the
    predictive coding module first turns each view's map into one that is aligned with the sound,
    and that takes the map's place in all that follows.

    Nothing in the loss tells a sound from another: only what the encoders bring along ties sounds
    to images. They are trained on labels and frozen: VGG-16 (``backbone_weights``) and VGGish.

    Args:
        pcm: Whether the predictive coding module aligns the image with the sound.
        cycles: Of the predictive coding module.
        stretch_sound: Whether a waveform is brought to [-1, 1], its least value to -1, before it is
            encoded, as the authors have it.
        train_backbone: Whether the image encoder is trained too; the authors' is frozen.
        projection_dims, prediction_dims: Widths of the projection and of the predictor.
        localiser: Arguments of ``SoundLocaliser``.

    Source: Song et al., Self-Supervised Predictive Learning, CVPR 2022; Chen and He, Exploring
    Simple Siamese Representation Learning, CVPR 2021.
    """

    def __init__(
        self,
        *,
        pcm: bool = True,
        cycles: int = 4,
        stretch_sound: bool = False,
        train_backbone: bool = False,
        projection_dims: int = 2048,
        prediction_dims: int = 512,
        **localiser: Any,
    ) -> None:
        super().__init__(**localiser)
        channels, self.audio_dims = self.in_channels, self.audio_encoder.embed_dims
        self.stretch_sound = stretch_sound
        self.train_backbone = train_backbone
        self.backbone.requires_grad_(train_backbone)
        self.audio_projection = nn.Sequential(
            nn.Linear(self.audio_dims, channels), nn.ReLU(), nn.Linear(channels, channels)
        )
        self.alignment: PredictiveCoding | None = None
        if pcm:
            self.alignment = PredictiveCoding(
                visual_dims=channels, audio_dims=self.audio_dims, cycles=cycles
            )
        self.projector = nn.Sequential(
            *_hidden_layer(channels, projection_dims),
            *_hidden_layer(projection_dims, projection_dims),
            nn.Linear(projection_dims, projection_dims, bias=False),
            nn.BatchNorm1d(projection_dims, affine=False),
        )
        self.predictor = nn.Sequential(
            *_hidden_layer(projection_dims, prediction_dims),
            nn.Linear(prediction_dims, projection_dims),
        )

    def train(self, mode: bool = True) -> Self:
        """Set the mode; a frozen image encoder stays in evaluation mode."""
        super().train(mode)
        self.backbone.train(mode and self.train_backbone)
        return self

    def encode_audio(self, inputs: dict[str, Tensor]) -> Tensor:
        """Return what PCM is told of the sound and what the locations are compared with.

        Both side by side, (B, audio_dims + in_channels): the mean of the encoder's tokens, of
        length 1, and the mean of their projections.
        """
        waveforms = self.waveforms_of(inputs)
        tokens = self.audio_encoder(stretched(waveforms) if self.stretch_sound else waveforms)
        known = F.normalize(tokens.float().mean(dim=1), dim=1)
        return torch.cat([known, self.audio_projection(tokens).float().mean(dim=1)], dim=1)

    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the cosines by which the sound attends, (B, h, w)."""
        return self._cosines(self._aligned(features, audio_embedding), audio_embedding)

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

    def _aligned(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        if self.alignment is None:
            return features
        return self.alignment(features, audio_embedding[:, : self.audio_dims].to(features.dtype))

    def _cosines(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        sound = audio_embedding[:, self.audio_dims :, None, None]
        return F.cosine_similarity(features.float(), sound.float(), dim=1)

    def _attended(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the locations of a view, added up by the sound's attention, (B, in_channels)."""
        features = self._aligned(features, audio_embedding)
        return sum_by_attention(features, self._cosines(features, audio_embedding))


def sum_by_attention(features: Tensor, similarities: Tensor) -> Tensor:
    """Add up locations, weighted by their similarities stretched to [0, 1] image by image.

    Args:
        features: (B, C, h, w).
        similarities: (B, h, w).

    Returns:
        (B, C).
    """
    flat = similarities.flatten(1)
    low, high = flat.amin(dim=1, keepdim=True), flat.amax(dim=1, keepdim=True)
    attention = (flat - low) / (high - low + 1e-10)
    return (features.flatten(2).float() * attention[:, None]).sum(dim=2)


def negative_cosine(predictions: Tensor, targets: Tensor) -> Tensor:
    """Mean of the negative cosines of (B, C) with (B, C), without gradient to the targets."""
    return -F.cosine_similarity(predictions.float(), targets.detach().float(), dim=1).mean()


def stretched(waveforms: Tensor) -> Tensor:
    """Bring the least value of each waveform (B, N) to -1, the greatest almost to 1."""
    low, high = waveforms.amin(dim=1, keepdim=True), waveforms.amax(dim=1, keepdim=True)
    return 2 * (waveforms - low) / (high - low + 1e-3) - 1


def _hidden_layer(width_in: int, width_out: int) -> tuple[nn.Module, ...]:
    return (
        nn.Linear(width_in, width_out, bias=False),
        nn.BatchNorm1d(width_out),
        nn.ReLU(inplace=True),
    )
