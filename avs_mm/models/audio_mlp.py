"""The trained audio head: an MLP from an audio embedding to category scores (section 3.2)."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

__all__ = ["AudioMLP"]


class AudioMLP(nn.Sequential):
    """Category scores from the mean of an audio encoder's tokens.

    Args:
        embed_dims: Channels of the tokens.
        num_classes: K.
        hidden_dims: Widths of the hidden layers.
        activation: "softmax" is the paper's simplex; with "sigmoid" every category is judged by
            itself.
        keep_embeddings: Whether an encoding holds, beside the scores, the embedding that they are
            of, as an ``InstanceHead`` needs it.

    Raises:
        ValueError: Another activation.
    """

    def __init__(
        self,
        *,
        embed_dims: int,
        num_classes: int,
        hidden_dims: Sequence[int],
        activation: Literal["softmax", "sigmoid"],
        keep_embeddings: bool = False,
    ) -> None:
        if activation not in ("softmax", "sigmoid"):
            raise ValueError(f"audio_activation is 'softmax' or 'sigmoid', not {activation!r}")
        layers: list[nn.Module] = []
        for width_in, width_out in pairwise((embed_dims, *hidden_dims, num_classes)):
            layers += [nn.Linear(width_in, width_out), nn.ReLU()]
        super().__init__(*layers[:-1])
        self.activation = activation
        self.num_classes = num_classes
        self.keep_embeddings = keep_embeddings

    def score(
        self, encoder: nn.Module, waveforms: Tensor, candidates: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the probability that each category sounds, (B, K) in [0, 1], in fp32.

        Args:
            encoder: An ``AudioEncoder``.
            waveforms: Sound of 16 kHz, (B, N).
            candidates: Not used: each sound is judged whatever the frame shows.
        """
        return self.score_encoded(encoder, self.encode(encoder, waveforms), candidates)

    def encode(self, encoder: nn.Module, waveforms: Tensor) -> Tensor:
        """Return all that does not depend on the candidates, as of `encode_embeddings`."""
        return self.encode_embeddings(self.embed(encoder, waveforms))

    @staticmethod
    def embed(encoder: nn.Module, waveforms: Tensor) -> Tensor:
        """Return the means (B, C) of the encoder's tokens: all that needs no MLP."""
        embeddings: Tensor = encoder(waveforms).mean(dim=1)
        return embeddings

    def encode_embeddings(self, embeddings: Tensor) -> Tensor:
        """Return the scores (B, K) of what `embed` has returned; kept embeddings behind."""
        scores = self.score_embeddings(embeddings)
        return torch.cat([scores, embeddings.float()], dim=1) if self.keep_embeddings else scores

    def score_embeddings(self, embeddings: Tensor) -> Tensor:
        """Return the category scores (B, K), in fp32, of what `embed` has returned."""
        logits = self(embeddings).float()
        return logits.softmax(dim=-1) if self.activation == "softmax" else logits.sigmoid()

    def score_encoded(
        self, encoder: nn.Module, encoding: Tensor, candidates: Sequence[Tensor] = ()
    ) -> Tensor:
        """Return the category scores (B, K) of sounds that `encode` has encoded."""
        return encoding[:, : self.num_classes]

    def embeddings_of(self, encoding: Tensor) -> Tensor:
        """Return the embeddings (B, C) that an encoding keeps."""
        return encoding[:, self.num_classes :]
