"""The embeddings that a frozen audio encoder gave sounds, kept for the next epochs."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from avs_mm.models.audio import AudioEncoder
from avs_mm.models.audio_mlp import AudioMLP
from avs_mm.models.tensor_digest import tensor_digest
from avs_mm.store import FrozenStore

__all__ = ["EmbeddingCache"]


class EmbeddingCache:
    """Wraps an audio encoder: embeds a sound once, and gives its embedding again.

    A sound is known by its samples, as an image is in ``CandidateCache``. While the encoder is
    trained or has dropout, nothing is remembered. No module.

    Args:
        audio_encoder: Frozen.
        store: Where the embeddings are remembered; None remembers none.
    """

    def __init__(self, audio_encoder: AudioEncoder, *, store: FrozenStore | None) -> None:
        self.audio_encoder = audio_encoder
        self.store = store

    def embed(self, waveforms: Tensor, *, is_random: Sequence[bool]) -> Tensor:
        """Return the means of the encoder's tokens, (B, C), of waveforms (B, N).

        Args:
            is_random: Of each sound, whether it was drawn at random: it does not come again, and
                would only fill the disk.
        """
        encoder = self.audio_encoder
        is_frozen = not any(weight.requires_grad for weight in encoder.parameters())
        if self.store is None or encoder.training or not is_frozen:
            return AudioMLP.embed(encoder, waveforms)
        entries = self.store.entries(waveforms.device)
        keys = [
            None if skipped else tensor_digest(waveform)
            for waveform, skipped in zip(waveforms, is_random, strict=True)
        ]
        found = [None if key is None else entries.get(key) for key in keys]
        new = [index for index, packed in enumerate(found) if packed is None]
        rows: list[Tensor] = [
            torch.from_numpy(np.frombuffer(packed or b"", "<f4").astype(np.float32))
            for packed in found
        ]
        if new:
            embedded = AudioMLP.embed(encoder, waveforms[new]).detach().float().cpu()
            for index, row in zip(new, embedded, strict=True):
                rows[index] = row
                key = keys[index]
                if key is not None:
                    entries.put(key, row.numpy().astype("<f4").tobytes())
        return torch.stack(rows).to(waveforms.device)
