"""Onsets of a sound, and motion that goes with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.tracking.synchrony import onset_strength, synchrony

TIMES = np.arange(30) / 10
STRUCK = (4, 11, 17, 26)  # frames before which a tone sets in


@pytest.fixture(scope="module")
def sound() -> np.ndarray:
    instants = np.arange(3 * 16_000) / 16_000
    envelope = np.zeros_like(instants)
    for frame in STRUCK:
        since = instants - (TIMES[frame] - 0.05)
        envelope += np.where(since >= 0, np.exp(-since.clip(min=0) / 0.1), 0)
    return (0.5 * envelope * np.sin(2 * np.pi * 600 * instants)).astype(np.float32)


def test_onsets_stand_at_the_frames_behind_them(sound):
    onsets = onset_strength(sound, TIMES)
    assert onsets.shape == (30,)
    assert sorted(np.argsort(onsets)[-4:]) == list(STRUCK)
    assert onsets[[2, 9, 15, 24]].max() < 0.05 * onsets[list(STRUCK)].min()


@pytest.mark.parametrize("length", [0, 100, 16_000])
def test_a_sound_that_is_too_short_or_silent_has_none(length):
    assert (onset_strength(np.zeros(length, np.float32), TIMES) == 0).all()


@pytest.mark.parametrize("late", [-1, 0, 1])
def test_motion_with_the_sound_a_frame_late_or_early(sound, late):
    onsets = onset_strength(sound, TIMES)
    assert synchrony(3 + 2 * np.roll(onsets, late), onsets) > 0.99
    assert synchrony(np.roll(onsets, 3), onsets) < 0.3
    assert synchrony(-onsets, onsets) < 0.3


def test_too_little_is_known():
    onsets = np.zeros(30)
    onsets[[4, 11]] = 1.0
    motion = onsets.copy()
    assert synchrony(motion, onsets) == pytest.approx(1.0)
    motion[6:] = np.nan
    assert synchrony(motion, onsets) == 0.0
    assert synchrony(np.ones(30), onsets) == synchrony(onsets, np.ones(30)) == 0.0
    assert synchrony(np.zeros(0), np.zeros(0)) == 0.0


@given(st.lists(st.floats(-10, 10), min_size=0, max_size=20), st.integers(0, 5))
def test_is_a_correlation(values, seed):
    motion = np.array(values)
    onsets = np.random.default_rng(seed).uniform(size=len(motion))
    assert -1 - 1e-9 <= synchrony(motion, onsets) <= 1 + 1e-9
