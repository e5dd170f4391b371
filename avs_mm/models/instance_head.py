"""A head that ranks the candidates of one category by what each looks like (beyond the paper)."""

import math
from collections.abc import Sequence

import torch
from mmengine.structures import InstanceData
from torch import Tensor, nn

from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor
from avs_mm.registry import MODELS

__all__ = ["InstanceHead", "build_instance_head", "ranks_within_categories"]


@MODELS.register_module()
class InstanceHead(nn.Module):
    """Tells which of several candidates of a category look as if they sounded.

    A candidate's logit is s_j = <W_v f_j, W_a a> / sqrt(d) + b, of the backbone's maps averaged
    over its mask, f_j, and the mean of the audio encoder's tokens, a. Both are normalised first
    (LayerNorm). Its rank is sigmoid(s_j), but 1 for the best of its category in the frame: where a
    category sounds, one of its objects does.

    Args:
        visual_dims: C, the channels of all maps of stage 1's backbone together.
        audio_dims: Channels of the audio encoder's tokens.
        embed_dims: d.
    """

    def __init__(self, *, visual_dims: int, audio_dims: int, embed_dims: int = 64) -> None:
        super().__init__()
        self.visual_dims = visual_dims
        self.visual = nn.Sequential(nn.LayerNorm(visual_dims), nn.Linear(visual_dims, embed_dims))
        self.audio = nn.Sequential(nn.LayerNorm(audio_dims), nn.Linear(audio_dims, embed_dims))
        self.bias = nn.Parameter(torch.zeros(()))

    def forward(self, features: Tensor, embedding: Tensor) -> Tensor:
        """Return the logits (n,) of candidates, in fp32.

        Args:
            features: f, (n, C).
            embedding: a, (A,) of the sound.

        Raises:
            ValueError: the features have another number of channels.
        """
        if features.shape[1] != self.visual_dims:
            raise ValueError(
                f"stage 1's backbone has {features.shape[1]} channels in all of its maps together, "
                f"and the instance_head expects {self.visual_dims}: give it "
                f"visual_dims={features.shape[1]}"
            )
        visual, audio = self.visual(features).float(), self.audio(embedding).float()
        products = (visual * audio).sum(dim=1)
        logits: Tensor = products / math.sqrt(len(audio)) + self.bias
        return logits

    def rank(self, candidates: Sequence[InstanceData], embeddings: Tensor) -> list[InstanceData]:
        """Return copies of each frame's candidates with ``rank_logits`` and ``ranks``, (n,) each.

        Args:
            candidates: With ``features`` (n, C) and ``labels`` (n,).
            embeddings: Of each frame's sound, (B, A).
        """
        ranked = []
        for frame_candidates, embedding in zip(candidates, embeddings, strict=True):
            copy = frame_candidates.clone()
            copy.rank_logits = self(copy.features, embedding)
            copy.ranks = ranks_within_categories(copy.rank_logits, copy.labels)
            ranked.append(copy)
        return ranked


def ranks_within_categories(logits: Tensor, labels: Tensor) -> Tensor:
    """Give the best candidate of each category 1, and every other its own probability.

    Args:
        logits: (n,).
        labels: (n,).

    Returns:
        (n,) in [0, 1]; exactly 1 of the best, so of one that is alone.
    """
    if not len(labels):
        return logits
    same = labels[:, None] == labels
    best = logits.expand_as(same).masked_fill(~same, -math.inf).amax(dim=1)
    return torch.where(logits == best, torch.ones_like(logits), logits.sigmoid())


def build_instance_head(config: dict, *, segmentor: nn.Module, audio_dims: int) -> InstanceHead:
    """Build the head of an AVSC, and let its stage 1 pool what the head needs.

    Raises:
        ValueError: stage 1 cannot pool.
    """
    if not isinstance(segmentor, PotentialObjectSegmentor):
        raise ValueError(
            f"an instance_head needs the maps of a PotentialObjectSegmentor, and the segmentor is "
            f"{type(segmentor).__name__}: leave out instance_head"
        )
    segmentor.pooled_features = True
    head: InstanceHead = MODELS.build(
        {"type": "avs_mm.InstanceHead", **config, "audio_dims": audio_dims}
    )
    return head
