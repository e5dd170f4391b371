"""The front end of the sound localisers: log-power over linear frequencies."""

import torch
from torch import Tensor

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.cached_constant import cached_constant
from avs_mm.models.audio.waveform_checks import check_waveforms

__all__ = ["log_spectrogram"]

FRAME_LENGTH, FRAME_SHIFT = 512, 238  # samples: 32 ms every 15 ms
LOG_OFFSET = 1e-7
SLOPES = 0.25  # of the window


def log_spectrogram(waveforms: Tensor) -> Tensor:
    """Logarithm of the power in 257 frequencies from 0 to 8000 Hz.

    Frames of 32 ms every 15 ms without padding at the edges, less their mean, Tukey window with a
    quarter of slopes, one-sided power density (per Hz), log(density + 1e-7): silence is -16.1. That
    is ``scipy.signal.spectrogram(x, 16000, nperseg=512, noverlap=274)``, as the authors call it.
    Always computed in float32, under autocast too.

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
        frames = frames - frames.mean(dim=-1, keepdim=True)
        spectrum = torch.view_as_real(torch.fft.rfft(frames * tukey_window(device)))
        density = spectrum.square().sum(dim=-1) * density_scale(device)  # (B, T, 257)
        return (density + LOG_OFFSET).log().transpose(1, 2)


@cached_constant
def tukey_window(device: torch.device) -> Tensor:
    """Periodic Tukey window of which a quarter is cosine slopes, of shape (512,)."""
    place = torch.arange(FRAME_LENGTH, dtype=torch.float64, device="cpu") / FRAME_LENGTH
    edge = torch.minimum(place, 1 - place) / (SLOPES / 2)  # 0 at the edges, 1 where it is flat
    window = 0.5 - 0.5 * torch.cos(torch.pi * edge.clamp(max=1))
    return window.float().to(device)


@cached_constant
def density_scale(device: torch.device) -> Tensor:
    """What makes a power spectrum a one-sided density per Hz, of shape (257,)."""
    window_power = tukey_window(torch.device("cpu")).square().sum()
    scale = torch.full((FRAME_LENGTH // 2 + 1,), 2.0) / (SAMPLE_RATE * window_power)
    scale[[0, -1]] /= 2  # 0 Hz and 8000 Hz have no mirror image
    return scale.to(device)
