"""Log spectrograms beside their definition."""

import math

import pytest
import torch

from avs_mm.models.audio.log_spectrogram import log_spectrogram


def test_a_tone_is_where_its_frequency_is():
    tone = torch.sin(2 * math.pi * 1000 * torch.arange(16000) / 16000)
    spectrogram = log_spectrogram(tone[None])
    assert spectrogram.shape == (1, 257, 66)
    assert (spectrogram[0].argmax(dim=0) == 32).all()  # 1000 Hz / 31.25 Hz
    # The densities of a sine of amplitude 1 sum up to its power, 1 / 2
    power = (spectrogram[0].exp() - 1e-7).sum(dim=0) * 31.25
    torch.testing.assert_close(power, torch.full((66,), 0.5), atol=1e-3, rtol=0)


def test_silence_is_the_logarithm_of_the_offset():
    silence = log_spectrogram(torch.zeros(2, 16000))
    torch.testing.assert_close(silence, torch.full((2, 257, 66), math.log(1e-7)))


def test_definition_on_one_frame():
    frame = torch.rand(512, dtype=torch.float64) - 0.5
    window = [0.5 - 0.5 * math.cos(2 * math.pi * n / 512) for n in range(512)]
    bins = (0, 5, 256)
    expected = []
    for k in bins:
        parts = [
            sum(
                w * x * turn(2 * math.pi * k * n / 512)
                for n, (w, x) in enumerate(zip(window, frame.tolist(), strict=True))
            )
            for turn in (math.cos, math.sin)
        ]
        sides = 1 if k in (0, 256) else 2
        power = sides * sum(part**2 for part in parts)
        expected.append(math.log(power / (16000 * sum(w**2 for w in window)) + 1e-7))
    found = log_spectrogram(frame.float()[None])[0, list(bins), 0]
    torch.testing.assert_close(found, torch.tensor(expected), atol=1e-3, rtol=0)


@pytest.mark.parametrize(
    ("waveforms", "message"),
    [(torch.zeros(16000), "average the channels"), (torch.zeros(1, 511), "pad it with zeros")],
)
def test_refuses_what_it_cannot_frame(waveforms: torch.Tensor, message: str):
    with pytest.raises(ValueError, match=message):
        log_spectrogram(waveforms)
