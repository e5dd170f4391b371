"""Random changes of spectrograms (B, T, F) in training, from numpy's global generator."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

__all__ = ["SpectrogramAugmentation", "mask_spectrograms", "shift_frequency"]


class SpectrogramAugmentation(nn.Module):
    """Shift and mask spectrograms (B, T, F), in training only, each sample by itself.

    Args:
        frequency_shift: As ``most`` of `shift_frequency`.
        frequency_mask, time_mask: As of `mask_spectrograms`.
    """

    def __init__(self, *, frequency_shift: int, frequency_mask: int, time_mask: int) -> None:
        super().__init__()
        self.frequency_shift = frequency_shift
        self.frequency_mask = frequency_mask
        self.time_mask = time_mask

    def forward(self, spectrograms: Tensor) -> Tensor:
        """Return spectrograms of the same shape; in evaluation the same ones."""
        if not self.training:
            return spectrograms
        return mask_spectrograms(
            shift_frequency(spectrograms, most=self.frequency_shift),
            frequency_mask=self.frequency_mask,
            time_mask=self.time_mask,
        )


def shift_frequency(spectrograms: Tensor, *, most: int) -> Tensor:
    """Move each spectrogram (B, T, F) by up to ``most`` bins; its edge bin fills what is left."""
    if most == 0:
        return spectrograms
    moved = []
    for spectrogram in spectrograms:
        shift = int(np.random.randint(-most, most + 1))
        padded = F.pad(spectrogram[None], (most, most), mode="replicate")[0]
        moved.append(padded[:, most - shift : most - shift + spectrogram.shape[1]])
    return torch.stack(moved)


def mask_spectrograms(
    spectrograms: Tensor, *, frequency_mask: int, time_mask: int, masks: int = 2
) -> Tensor:
    """Put the mean of each spectrogram (B, T, F) into random bands of bins and of frames."""
    frames, bins = spectrograms.shape[1:]
    masked = spectrograms.clone()
    for spectrogram in masked:
        mean = spectrogram.mean()
        for _ in range(masks):
            width = int(np.random.randint(min(frequency_mask, bins) + 1))
            start = int(np.random.randint(bins - width + 1))
            spectrogram[:, start : start + width] = mean
            width = int(np.random.randint(min(time_mask, frames) + 1))
            start = int(np.random.randint(frames - width + 1))
            spectrogram[start : start + width] = mean
    return masked
