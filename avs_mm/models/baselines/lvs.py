"""LVS: contrast within the image, too, between what certainly sounds and what does not."""

from typing import Any

import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.baselines.joint_embedding import matched_similarities, pairwise_similarities
from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

__all__ = ["LVS", "tri_map_contrast"]


@MODELS.register_module()
class LVS(SoundLocaliser):
    """Localise the hard way: the background of the own image is a negative, a hard one.

    Two thresholds divide an image's similarities with its own sound into a tri-map: above the one
    it sounds, below the other it does not, between them nothing is learnt. Both encoders share the
    space of their last maps, as in the authors' network: there is no projection, so that their
    released weights fit (``tools/convert_weights.py lvs``).

    Args:
        positive_threshold, negative_threshold: Cosines; the tri-map's epsilon_p and epsilon_n.
        sharpness: Of the tri-map's sigmoids, the paper's tau.
        temperature: Of the softmax over the positive and the negatives.
        localiser: Arguments of ``SoundLocaliser``.

    Source: Chen et al., Localizing Visual Sounds the Hard Way, CVPR 2021.

    Raises:
        ValueError: the thresholds are in the wrong order, or the encoders of different widths.
    """

    def __init__(
        self,
        *,
        positive_threshold: float = 0.65,
        negative_threshold: float = 0.4,
        sharpness: float = 0.03,
        temperature: float = 0.07,
        **localiser: Any,
    ) -> None:
        super().__init__(**localiser)
        if negative_threshold > positive_threshold:
            raise ValueError(
                f"negative_threshold {negative_threshold} is above positive_threshold "
                f"{positive_threshold}: a location would sound and not sound"
            )
        if self.audio_encoder.embed_dims != self.in_channels:
            raise ValueError(
                f"LVS compares images of {self.in_channels} channels with sounds of "
                f"{self.audio_encoder.embed_dims}: give both encoders the same width"
            )
        self.positive_threshold = positive_threshold
        self.negative_threshold = negative_threshold
        self.sharpness = sharpness
        self.temperature = temperature

    def heat_maps(self, features: Tensor, audio_embedding: Tensor) -> Tensor:
        """Return the cosines of the locations with the sound, (B, h, w)."""
        return matched_similarities(*self._on_unit_sphere(features, audio_embedding))

    def loss(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> dict[str, Tensor]:
        """Return ``loss_tri_map``; no annotation is read."""
        features, audio_embedding = self.extract_feat(inputs), self.encode_audio(inputs)
        loss = tri_map_contrast(
            pairwise_similarities(*self._on_unit_sphere(features, audio_embedding)),
            positive_threshold=self.positive_threshold,
            negative_threshold=self.negative_threshold,
            sharpness=self.sharpness,
            temperature=self.temperature,
        )
        return {"loss_tri_map": loss}

    def _on_unit_sphere(self, features: Tensor, audio_embedding: Tensor) -> tuple[Tensor, Tensor]:
        return F.normalize(features.float(), dim=1), F.normalize(audio_embedding.float(), dim=1)


def tri_map_contrast(
    similarities: Tensor,
    *,
    positive_threshold: float,
    negative_threshold: float,
    sharpness: float,
    temperature: float,
) -> Tensor:
    """Cross-entropy of finding each image's hard positive among its negatives.

    With S_ij the similarities of image i with sound j, each is a weighted mean over the locations:
    the hard positive of S_ii, by sigmoid((S_ii - positive_threshold) / sharpness); the hard
    negative of S_ii, by 1 - sigmoid((S_ii - negative_threshold) / sharpness); the easy negatives of
    S_ij for every other sound j, weighted like the hard positive.

    As in public implementations, easy negatives are weighted and each negative has an exponential
    of its own. The paper's equation has plain means and the exponential of the negatives' sum. Both
    go to 0 without the sounds being told apart: if one location resembles every sound and the
    others resemble none, or if unmatched sounds are below 0 on average.

    Args:
        similarities: (B, B, h, w).
    """
    pairs = similarities.flatten(2)  # (B, B, h * w)
    foreground = _mean(pairs, (pairs - positive_threshold) / sharpness)  # (B, B)
    matched = pairs.diagonal().T  # (B, h * w)
    hard_negative = _mean(matched, (negative_threshold - matched) / sharpness)  # (B,)

    # Row i: foreground of image i under each sound, of which its own is right; hard negative
    logits = torch.cat([foreground, hard_negative[:, None]], dim=1) / temperature
    return F.cross_entropy(logits, torch.arange(len(logits), device=logits.device))


def _mean(values: Tensor, weight_logits: Tensor) -> Tensor:
    """Mean over the last dimension, weighted by the logits' sigmoids, however small all are."""
    return (values * F.logsigmoid(weight_logits).softmax(dim=-1)).sum(dim=-1)
