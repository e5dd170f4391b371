"""The front end of the sound localisers: log-power over linear frequencies."""

import torch
from torch import Tensor

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.cached_constant import cached_constant
from avs_mm.models.audio.waveform_checks import check_waveforms

__all__ = ["log_spectrogram"]

FRAME_LENGTH, FRAME_SHIFT = 512, 238  # samples: 32 ms every 15 ms
LOG_OFFSET = 1e-7


def log_spectrogram(waveforms: Tensor) -> Tensor:
    """Logarithm of the power in 257 frequencies from 0 to 8000 Hz.

    Frames of 32 ms every 15 ms without padding at the edges, Hann window, one-sided power density
    (per Hz), log(density + 1e-7): silence is -16.1. Always computed in float32, under autocast too.

    Args:
        waveforms: Sound of 16 kHz, of shape (B, N) in [-1, 1].

    Returns:
        Spectrograms of shape (B, 257, T), T = 1 + (N - 512) // 238: 66 frames a second.

    Raises:
        ValueError: The waveforms are not (B, N) in floating point, or shorter than one frame.
    """
    check_waveforms(waveforms, least=FRAME_LENGTH, what="a frame of 32 ms")
    device = waveforms.device
    with torch.autocast(device.type, enabled=False):
        frames = waveforms.float().unfold(1, FRAME_LENGTH, FRAME_SHIFT)  # (B, T, 512)
        spectrum = torch.view_as_real(torch.fft.rfft(frames * hann_window(device)))
        density = spectrum.square().sum(dim=-1) * density_scale(device)  # (B, T, 257)
        return (density + LOG_OFFSET).log().transpose(1, 2)


@cached_constant
def hann_window(device: torch.device) -> Tensor:
    """Periodic Hann window, of shape (512,)."""
    return torch.hann_window(FRAME_LENGTH, periodic=True, device="cpu").to(device)


@cached_constant
def density_scale(device: torch.device) -> Tensor:
    """What makes a power spectrum a one-sided density per Hz, of shape (257,)."""
    window_power = torch.hann_window(FRAME_LENGTH, periodic=True, device="cpu").square().sum()
    scale = torch.full((FRAME_LENGTH // 2 + 1,), 2.0) / (SAMPLE_RATE * window_power)
    scale[[0, -1]] /= 2  # 0 Hz and 8000 Hz have no mirror image
    return scale.to(device)
