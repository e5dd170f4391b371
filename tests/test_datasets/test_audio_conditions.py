"""Made sounds: seeded, and of a stated level."""

import numpy as np
import pytest

from avs_mm.datasets.audio_conditions import (
    GENERATED_SOUNDS,
    NOISE_RMS,
    digital_silence,
    muted_recording,
    white_noise,
)


def test_noise_has_the_stated_level_and_is_white():
    noise = white_noise(16_000, clip="dog", second=2)
    assert noise.dtype == np.float32
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(NOISE_RMS, rel=1e-5)
    assert np.abs(noise).max() <= 1
    power = np.abs(np.fft.rfft(noise)) ** 2
    quarters = [part.mean() for part in np.array_split(power, 4)]
    np.testing.assert_allclose(quarters, np.mean(quarters), rtol=0.1)


def test_noise_follows_from_its_names():
    first = white_noise(100, clip="dog", second=2)
    np.testing.assert_array_equal(first, white_noise(100, clip="dog", second=2))
    # A recorded value: the same on every machine and in every process.
    assert first[0] == pytest.approx(0.00783986, abs=1e-6)
    for other in (
        white_noise(100, clip="cat", second=2),
        white_noise(100, clip="dog", second=3),
        white_noise(100, clip="dog", second=2, seed=1),
    ):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.4


def test_silence_is_exact_and_a_muted_recording_is_not():
    assert not digital_silence(16_000).any()
    muted = muted_recording(160_000, clip="dog", second=2)
    assert muted.dtype == np.float32
    steps, counts = np.unique(muted * 32768, return_counts=True)
    assert steps.tolist() == [-1, 0, 1]
    np.testing.assert_allclose(counts / 160_000, [1 / 8, 3 / 4, 1 / 8], atol=0.003)


@pytest.mark.parametrize("condition", ["noise", "mute"])
def test_made_sounds_differ_by_clip_second_and_seed(condition):
    make = GENERATED_SOUNDS[condition]
    first = make(16_000, clip="dog", second=2, seed=0)
    np.testing.assert_array_equal(first, make(16_000, clip="dog", second=2, seed=0))
    for clip, second, seed in (("cat", 2, 0), ("dog", 3, 0), ("dog", 2, 1)):
        other = make(16_000, clip=clip, second=second, seed=seed)
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.05
