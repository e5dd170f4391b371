"""The filter bank beside recorded numbers and Kaldi's definition."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.models.audio import beats, kaldi_fbank

EPSILON = np.finfo(np.float32).eps


def fbank_of_one(waveform: np.ndarray) -> np.ndarray:
    """Kaldi's recipe, frame by frame in float64: (N,) to (T, 128)."""

    def mel(frequency):
        return 1127 * np.log(1 + frequency / 700)

    width = (mel(8000) - mel(20)) / 129
    position = (mel(np.arange(256) * 16000 / 512) - mel(20)) / width
    filters = np.zeros((257, 128))
    for bin_, where in enumerate(position):
        for band in range(128):
            filters[bin_, band] = max(0, min(where - band, band + 2 - where))

    window = np.hanning(400) ** 0.85
    rows = []
    for start in range(0, len(waveform) - 399, 160):
        frame = waveform[start : start + 400].astype(np.float64) * 32768
        frame = frame - frame.mean()
        frame = frame - 0.97 * np.concatenate([frame[:1], frame[:-1]])
        power = np.abs(np.fft.rfft(frame * window, 512)) ** 2
        rows.append(np.log(np.maximum(power @ filters, EPSILON)))
    return np.array(rows)


time = np.arange(16000) / 16000
SOUNDS = {
    "noise": np.random.RandomState(0).uniform(-1, 1, 16000),
    "tone": 0.5 * np.sin(2 * np.pi * 440 * time),
    "quiet tone": 1e-3 * np.sin(2 * np.pi * 1000 * time),
    "chirp": 0.5 * np.sin(2 * np.pi * 2000 * time**2),
    "click": (time == 0.5) * 1.0,
}


@pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS.keys())
def test_energies_are_those_of_float64(sound):
    waveform = torch.from_numpy(sound.astype(np.float32))
    ours = kaldi_fbank(waveform[None])[0].double().exp().numpy()
    exact = np.exp(fbank_of_one(waveform.numpy()))
    # What float32 and its filters can keep of a frame is set by the frame's loudest band
    assert np.all(np.abs(ours - exact) <= 2e-5 * exact.max(axis=1, keepdims=True))


def test_logarithms_are_those_of_float64(golden_waveforms):
    waveforms = golden_waveforms(2, 16000)
    ours = kaldi_fbank(waveforms).numpy()
    exact = np.stack([fbank_of_one(waveform.numpy()) for waveform in waveforms])
    assert ours.shape == (2, 98, 128)
    assert np.abs(ours - exact).mean() < 1e-5
    np.testing.assert_allclose(ours, exact, atol=5e-4)


def test_recorded_numbers(golden_waveforms):
    """Every fourth band of torchaudio's fbank, normalised as BEATs does."""
    fbank = (kaldi_fbank(golden_waveforms(2, 16000))[..., ::4] - 15.41663) / (2 * 6.55582)
    first = torch.tensor([-0.1986213, -0.0270411, 0.0128243, 0.3915341])
    last = torch.tensor([0.4665683, 0.5259683, 0.503037, 0.5346689])
    torch.testing.assert_close(fbank[0, 0, :4], first, atol=1e-5, rtol=0)
    torch.testing.assert_close(fbank[1, 97, -4:], last, atol=1e-5, rtol=0)
    assert fbank.mean().item() == pytest.approx(0.25770196, abs=1e-5)


@pytest.mark.parametrize(("case", "batch", "samples"), [("1s", 2, 16000), ("10s", 1, 160_000)])
def test_golden_numbers(golden, golden_waveforms, case, batch, samples):
    expected = np.load(golden / "beats_small.npz")[f"{case}__fbank"]
    fbank = kaldi_fbank(golden_waveforms(batch, samples))[..., ::4]
    # Near silence a CPU's FFT decides the fifth digit: largest difference met, 5.5e-5.
    np.testing.assert_allclose((fbank - 15.41663) / (2 * 6.55582), expected, atol=1e-4)


def test_silence_is_the_floor():
    assert torch.equal(
        kaldi_fbank(torch.zeros(1, 400)), torch.full((1, 1, 128), float(np.log(EPSILON)))
    )


@given(batch=st.integers(1, 3), samples=st.integers(400, 4000), seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_a_batch_is_its_clips(batch, samples, seed):
    waveforms = torch.rand(batch, samples, generator=torch.Generator().manual_seed(seed)) - 0.5
    together = kaldi_fbank(waveforms)
    assert together.shape == (batch, 1 + (samples - 400) // 160, 128)
    apart = torch.cat([kaldi_fbank(waveform[None]) for waveform in waveforms])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=0)


def test_other_rates_and_bands():
    # 25 ms and 10 ms at 8 kHz are 200 and 80 samples: 98 frames a second again
    assert kaldi_fbank(torch.rand(1, 8000), sample_rate=8000, num_mel_bins=40).shape == (1, 98, 40)


def test_float32_under_autocast_and_from_half(golden_waveforms):
    waveforms = golden_waveforms(2, 16000)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(kaldi_fbank(waveforms), kaldi_fbank(waveforms))
        under_autocast = kaldi_fbank(waveforms)
    assert under_autocast.dtype == torch.float32
    assert torch.equal(under_autocast, kaldi_fbank(waveforms))
    assert kaldi_fbank(waveforms.half()).dtype == torch.float32


def test_constants_first_made_in_inference_mode_serve_training():
    with torch.inference_mode():
        kaldi_fbank(torch.rand(1, 400), num_mel_bins=77)
    waveforms = torch.rand(1, 400, requires_grad=True)
    kaldi_fbank(waveforms, num_mel_bins=77).sum().backward()
    assert waveforms.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("waveforms", "message"),
    [
        (
            torch.zeros(1, 399),
            r"399 samples is too short for a frame of 25 ms .*: pad it with zeros to 400",
        ),
        (torch.zeros(16000), r"must be floating point \(B, N\).*\(16000,\)"),
        (torch.zeros(1, 16000, dtype=torch.int16), r"int16.*divide 16-bit samples by 32768"),
    ],
)
def test_refused(waveforms, message):
    with pytest.raises(ValueError, match=message):
        kaldi_fbank(waveforms)


def test_beats_uses_it():
    assert beats.kaldi_fbank is kaldi_fbank
