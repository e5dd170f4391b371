"""The front end of VGGish: log-mel examples of 0.96 s."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.cached_constant import cached_constant
from avs_mm.models.audio.waveform_checks import check_waveforms

__all__ = ["log_mel_examples"]

FRAME_LENGTH, FRAME_SHIFT, FFT_LENGTH = 400, 160, 512  # samples
NUM_MEL_BINS = 64
LOWEST_FREQUENCY, HIGHEST_FREQUENCY = 125.0, 7500.0  # Hz
LOG_OFFSET = 0.01
EXAMPLE_FRAMES = 96
EXAMPLE_SAMPLES = FRAME_LENGTH + (EXAMPLE_FRAMES - 1) * FRAME_SHIFT  # 15,600


def log_mel_examples(waveforms: Tensor) -> Tensor:
    """Log-mel examples of 0.96 s as VGGish's front end cuts them, without overlap.

    Frames of 25 ms every 10 ms without padding at the edges, periodic Hann window, magnitude
    spectrum, 64 mel filters from 125 to 7500 Hz, log(mel + 0.01). The last frame of an example
    needs 15 ms more than its 0.96 s: L = (1 + (N - 400) // 160) // 96, so 15,600 samples make the
    first example and 30,960 the second, and what is left at the end is not used. Of a shorter
    waveform the source makes no example; here zeros fill it up to one. Computed in float32, under
    autocast too, and in float64 of float64 waveforms.

    Args:
        waveforms: Sound of 16 kHz, of shape (B, N) in [-1, 1].

    Returns:
        Examples of shape (B, L, 1, 96, 64): frames by mel bins.

    Raises:
        ValueError: The waveforms are not (B, N) in floating point, or have no samples.
    """
    check_waveforms(waveforms, least=1, what="an example")
    dtype = torch.float64 if waveforms.dtype == torch.float64 else torch.float32
    device = waveforms.device

    with torch.autocast(device.type, enabled=False):
        # Frames of the full examples, (B, L · 96, 400)
        missing = max(0, EXAMPLE_SAMPLES - waveforms.shape[1])
        frames = F.pad(waveforms.to(dtype), (0, missing)).unfold(1, FRAME_LENGTH, FRAME_SHIFT)
        num_examples = frames.shape[1] // EXAMPLE_FRAMES
        frames = frames[:, : num_examples * EXAMPLE_FRAMES]

        # Magnitude in each mel filter, (B, L · 96, 64)
        spectrum = torch.fft.rfft(frames * hann_window(dtype, device), n=FFT_LENGTH).abs()
        log_mel = (spectrum @ mel_filters(dtype, device) + LOG_OFFSET).log()
        return log_mel.unflatten(1, (num_examples, 1, EXAMPLE_FRAMES))


@cached_constant
def hann_window(dtype: torch.dtype, device: torch.device) -> Tensor:
    """Periodic Hann window, of shape (400,)."""
    window = torch.hann_window(FRAME_LENGTH, periodic=True, dtype=torch.float64, device="cpu")
    return window.to(device, dtype)


@cached_constant
def mel_filters(dtype: torch.dtype, device: torch.device) -> Tensor:
    """Filters that are triangles on the HTK mel scale, of height 1 and shape (257, 64)."""
    lowest, highest = (
        1127.0 * math.log(1.0 + frequency / 700.0)
        for frequency in (LOWEST_FREQUENCY, HIGHEST_FREQUENCY)
    )
    # Neighbouring triangles share their corners: left, centre and right, (64,) each
    corners = torch.linspace(lowest, highest, NUM_MEL_BINS + 2, dtype=torch.float64, device="cpu")
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    frequency = torch.arange(FFT_LENGTH // 2 + 1, dtype=torch.float64, device="cpu")
    frequency = frequency[:, None] * (SAMPLE_RATE / FFT_LENGTH)
    mel = 1127.0 * (1.0 + frequency / 700.0).log()
    triangles = torch.minimum((mel - left) / (centre - left), (right - mel) / (right - centre))
    return triangles.clamp(min=0.0).to(device, dtype)
