"""The front end of BEATs: Kaldi's log-mel filter bank."""

import math
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.cached_constant import cached_constant
from avs_mm.models.audio.waveform_checks import check_waveforms

__all__ = ["kaldi_fbank"]

PRE_EMPHASIS = 0.97
LOWEST_FREQUENCY = 20.0  # Hz
INT16_SCALE = 2.0**15


def kaldi_fbank(
    waveforms: Tensor,
    *,
    sample_rate: int = SAMPLE_RATE,
    num_mel_bins: int = 128,
    frame_length: float = 25.0,
    frame_shift: float = 10.0,
    window: Literal["povey", "hann"] = "povey",
    dtype: torch.dtype = torch.float32,
) -> Tensor:
    """Log-mel filter bank energies as Kaldi's ``compute-fbank-feats`` gives them without dither.

    These are the raw numbers, before any model's normalisation (BEATs' own included), taken on the
    waveform times 2^15 as Kaldi reads 16-bit samples. 0.97 pre-emphasis, window, DC removed
    per frame, no padding at the edges, power spectrum, mel filters from 20 Hz to half the sample
    rate, natural logarithm. Computed in ``dtype``, under autocast too.

    Args:
        waveforms: Sound of shape (B, N) in [-1, 1].
        sample_rate: Hz.
        frame_length: Milliseconds; the FFT is the next power of two of it in samples.
        frame_shift: Milliseconds.
        window: Kaldi's own, or a symmetric Hann window.
        dtype: float32 loses bins that are 1e-7 of their frame's loudest; float64 keeps them.

    Returns:
        Energies of shape (B, T, num_mel_bins), T = 1 + (N - length) // shift, of ``dtype``.

    Raises:
        ValueError: The waveforms are not (B, N) in floating point, or shorter than one frame.
    """
    length = round(sample_rate * frame_length / 1000)
    shift = round(sample_rate * frame_shift / 1000)
    frame = f"a frame of {frame_length:g} ms at {sample_rate} Hz"
    check_waveforms(waveforms, least=length, what=frame)
    fft_length = 2 ** math.ceil(math.log2(length))
    device = waveforms.device

    with torch.autocast(device.type, enabled=False):
        # Frames without their DC offset, (B, T, length)
        frames = (waveforms.to(dtype) * INT16_SCALE).unfold(1, length, shift)
        frames = frames - frames.mean(dim=-1, keepdim=True)

        # Pre-emphasis within the frame (its first sample stands before itself) and window
        before = F.pad(frames[..., :-1], (1, 0), mode="replicate")
        frames = (frames - PRE_EMPHASIS * before) * WINDOWS[window](length, device).to(dtype)

        # Power spectrum, (B, T, fft_length / 2 + 1)
        spectrum = torch.view_as_real(torch.fft.rfft(frames, n=fft_length))
        power = spectrum.square().sum(dim=-1)

        # Logarithm of the energy in each mel filter, (B, T, num_mel_bins)
        energies = power @ mel_filters(num_mel_bins, fft_length, sample_rate, device).to(dtype)
        return energies.clamp(min=torch.finfo(torch.float32).eps).log()


@cached_constant
def hann_window(length: int, device: torch.device) -> Tensor:
    """Symmetric Hann window of shape (length,), in float64."""
    return torch.hann_window(length, periodic=False, dtype=torch.float64, device="cpu").to(device)


@cached_constant
def povey_window(length: int, device: torch.device) -> Tensor:
    """Symmetric Hann window to the power 0.85, which Kaldi calls povey, of shape (length,)."""
    hann = torch.hann_window(length, periodic=False, dtype=torch.float32, device="cpu")
    return hann.pow(0.85).to(device)


WINDOWS = {"povey": povey_window, "hann": hann_window}


@cached_constant
def mel_filters(
    num_mel_bins: int, fft_length: int, sample_rate: int, device: torch.device
) -> Tensor:
    """Filters that are triangles on the mel scale, of shape (fft_length / 2 + 1, num_mel_bins).

    Rounded in float32 at each step like the filters BEATs was trained on: exact ones move a quiet
    bin's logarithm by up to 5e-4.
    """
    lowest = 1127.0 * math.log(1.0 + LOWEST_FREQUENCY / 700.0)
    highest = 1127.0 * math.log(1.0 + sample_rate / 2 / 700.0)
    width = (highest - lowest) / (num_mel_bins + 1)

    # Neighbouring triangles share their corners: left, centre and right, (num_mel_bins,) each
    corners = lowest + width * torch.arange(num_mel_bins + 2, dtype=torch.float32, device="cpu")
    left, centre, right = corners[:-2], corners[1:-1], corners[2:]
    frequency = torch.arange(fft_length // 2, dtype=torch.float32, device="cpu")
    frequency = frequency[:, None] * (sample_rate / fft_length)
    mel = 1127.0 * (1.0 + frequency / 700.0).log()
    triangles = torch.minimum((mel - left) / (centre - left), (right - mel) / (right - centre))

    # Kaldi leaves the Nyquist bin out: one more row of zeros
    return F.pad(triangles.clamp(min=0.0), (0, 0, 0, 1)).to(device)
