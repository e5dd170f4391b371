"""Log spectrograms beside their definition."""

import math

import numpy as np
import pytest
import torch
from scipy import signal

from avs_mm.models.audio.log_spectrogram import log_spectrogram


def test_a_tone_is_where_its_frequency_is():
    tone = torch.sin(2 * math.pi * 1000 * torch.arange(16000) / 16000)
    spectrogram = log_spectrogram(tone[None])
    assert spectrogram.shape == (1, 257, 66)
    assert (spectrogram[0].argmax(dim=0) == 32).all()  # 1000 Hz / 31.25 Hz
    # The densities of a sine of amplitude 1 sum up to its power, 1 / 2
    power = (spectrogram[0].exp() - 1e-7).sum(dim=0) * 31.25
    torch.testing.assert_close(power, torch.full((66,), 0.5), atol=2e-3, rtol=0)


def test_silence_is_the_logarithm_of_the_offset():
    silence = log_spectrogram(torch.zeros(2, 16000))
    torch.testing.assert_close(silence, torch.full((2, 257, 66), math.log(1e-7)))


def test_is_scipys_default_spectrogram():
    """The authors' call, whose window and detrending are scipy's defaults."""
    waveform = np.random.default_rng(5).normal(0.1, 0.2, 16000).astype(np.float32)
    _, _, density = signal.spectrogram(waveform, 16000, nperseg=512, noverlap=274)
    found = log_spectrogram(torch.from_numpy(waveform)[None])[0]
    torch.testing.assert_close(
        found, torch.from_numpy(np.log(density + 1e-7)).float(), atol=2e-3, rtol=0
    )


@pytest.mark.parametrize(
    ("waveforms", "message"),
    [(torch.zeros(16000), "average the channels"), (torch.zeros(1, 511), "pad it with zeros")],
)
def test_refuses_what_it_cannot_frame(waveforms: torch.Tensor, message: str):
    with pytest.raises(ValueError, match=message):
        log_spectrogram(waveforms)
