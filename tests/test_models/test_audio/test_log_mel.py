"""VGGish's log-mel examples beside an independent version."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.models.audio import log_mel_examples, vggish


def examples_of_one(waveform: np.ndarray) -> np.ndarray:
    """The source's recipe, frame by frame in float64: (N,) to (L, 96, 64)."""

    def mel(frequency):
        return 1127 * np.log(1 + frequency / 700)

    edges = np.linspace(mel(125), mel(7500), 66)
    filters = np.zeros((257, 64))
    for bin_, where in enumerate(mel(np.linspace(0, 8000, 257))):
        for band in range(64):
            left, centre, right = edges[band : band + 3]
            rise, fall = (where - left) / (centre - left), (right - where) / (right - centre)
            filters[bin_, band] = max(0, min(rise, fall))
    filters[0] = 0  # HTK leaves out the direct current

    window = 0.5 - 0.5 * np.cos(2 * np.pi / 400 * np.arange(400))
    rows = [
        np.log(np.abs(np.fft.rfft(waveform[start : start + 400] * window, 512)) @ filters + 0.01)
        for start in range(0, len(waveform) - 399, 160)
    ]
    full = len(rows) // 96
    return np.array(rows[: full * 96]).reshape(full, 96, 64)


time = np.arange(16000) / 16000
SOUNDS = {
    "noise": np.random.RandomState(0).uniform(-1, 1, 16000),
    "tone": 0.5 * np.sin(2 * np.pi * 440 * time),
    "quiet tone": 1e-3 * np.sin(2 * np.pi * 1000 * time),
    "offset": np.full(16000, 0.7),
    "chirp": 0.5 * np.sin(2 * np.pi * 2000 * time**2),
    "click": (time == 0.5) * 1.0,
}


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS.keys())
def test_examples_are_those_of_the_source(sound):
    ours = log_mel_examples(torch.from_numpy(sound)[None])
    assert ours.dtype == torch.float64
    assert ours.shape == (1, 1, 1, 96, 64)
    np.testing.assert_allclose(ours[0, :, 0], examples_of_one(sound), rtol=0, atol=1e-10)


def test_float32_is_close_to_the_source(golden_waveforms):
    waveforms = golden_waveforms(2, 16000)
    ours = log_mel_examples(waveforms)
    assert ours.dtype == torch.float32
    exact = np.stack([examples_of_one(waveform) for waveform in waveforms.double().numpy()])
    np.testing.assert_allclose(ours[:, :, 0], exact, rtol=0, atol=2e-5)


@pytest.mark.parametrize(
    ("samples", "examples"), [(15_600, 1), (30_959, 1), (30_960, 2), (80_000, 5), (160_000, 10)]
)
def test_full_examples_of_long_sounds(samples, examples):
    sound = np.random.RandomState(samples).uniform(-1, 1, samples)
    ours = log_mel_examples(torch.from_numpy(sound)[None])
    assert ours.shape == (1, examples, 1, 96, 64)
    np.testing.assert_allclose(ours[0, :, 0], examples_of_one(sound), rtol=0, atol=1e-10)


@pytest.mark.parametrize("samples", [1, 399, 400, 15_360, 15_599])
def test_a_shorter_sound_is_filled_with_zeros(samples):
    """15,360 samples are 0.96 s, of which the source makes no example."""
    sound = np.random.RandomState(samples).uniform(-1, 1, samples)
    assert len(examples_of_one(sound)) == 0
    ours = log_mel_examples(torch.from_numpy(sound)[None])
    filled = np.pad(sound, (0, 15_600 - samples))
    assert ours.shape == (1, 1, 1, 96, 64)
    np.testing.assert_allclose(ours[0, :, 0], examples_of_one(filled), rtol=0, atol=1e-10)


def test_silence_is_the_offset():
    expected = torch.full((1, 1, 1, 96, 64), np.log(0.01))
    torch.testing.assert_close(log_mel_examples(torch.zeros(1, 16000)), expected)


@given(batch=st.integers(1, 3), samples=st.integers(1, 35_000), seed=st.integers(0, 1000))
@settings(max_examples=10, deadline=None)
def test_a_batch_is_its_clips(batch, samples, seed):
    waveforms = torch.rand(batch, samples, generator=torch.Generator().manual_seed(seed)) - 0.5
    together = log_mel_examples(waveforms)
    assert together.shape == (batch, max(1, (1 + (samples - 400) // 160) // 96), 1, 96, 64)
    apart = torch.cat([log_mel_examples(waveform[None]) for waveform in waveforms])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)


def test_float32_under_autocast_and_from_half(golden_waveforms):
    waveforms = golden_waveforms(2, 16000)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        under_autocast = log_mel_examples(waveforms)
    assert torch.equal(under_autocast, log_mel_examples(waveforms))
    half = waveforms.half()
    assert torch.equal(log_mel_examples(half), log_mel_examples(half.float()))


def test_gradient_is_the_difference_quotient():
    generator = torch.Generator().manual_seed(0)
    waveform, direction = torch.rand(2, 1, 16000, generator=generator, dtype=torch.float64) - 0.5

    def loudness(step: float) -> torch.Tensor:
        return log_mel_examples(waveform + step * direction).mean()

    step = torch.zeros((), dtype=torch.float64, requires_grad=True)
    loudness(step).backward()
    quotient = (loudness(1e-6) - loudness(-1e-6)) / 2e-6
    torch.testing.assert_close(step.grad, quotient, rtol=1e-6, atol=0)


def test_gradient_of_silence_is_zero():
    silence = torch.zeros(1, 16000, requires_grad=True)
    log_mel_examples(silence).sum().backward()
    assert silence.grad.abs().max() == 0


def test_compiles_without_graph_break(golden_waveforms):
    compiled = torch.compile(log_mel_examples, backend="eager", fullgraph=True)
    waveforms = golden_waveforms(2, 16000)
    torch.testing.assert_close(compiled(waveforms), log_mel_examples(waveforms))


@pytest.mark.parametrize(
    ("waveforms", "message"),
    [
        (torch.zeros(1, 0), "0 samples is too short for an example"),
        (torch.zeros(16000), r"must be floating point \(B, N\).*\(16000,\)"),
        (torch.zeros(1, 16000, dtype=torch.int16), r"int16.*divide 16-bit samples by 32768"),
    ],
)
def test_refused(waveforms, message):
    with pytest.raises(ValueError, match=message):
        log_mel_examples(waveforms)


def test_vggish_uses_it():
    assert vggish.log_mel_examples is log_mel_examples
