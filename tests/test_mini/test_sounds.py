"""The drawn sounds: heard in every second, never clipped, and told apart by their spectrum."""

import numpy as np
import pytest

from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.mini.sprites import CATEGORIES


def _seconds(category: int, index: int) -> np.ndarray:
    """One clip's seconds (5, 16000)."""
    rng = np.random.default_rng((category, index))
    sound = mix([draw_source(category, 5, rng)], np.ones((1, 5), bool), rng)
    return sound.reshape(5, SAMPLE_RATE)


def _features(seconds: np.ndarray) -> np.ndarray:
    """Log energies of 24 bands, and how much they vary in time, without the level: (5, 48)."""
    frames = seconds.reshape(len(seconds), -1, 400) * np.hanning(400)
    spectrum = np.abs(np.fft.rfft(frames)) ** 2  # (5, 40, 201)
    edges = np.unique(np.geomspace(1, 201, 40).astype(int))[:25]
    bands = np.log(np.add.reduceat(spectrum, edges[:-1], axis=2) + 1e-6)
    mean = bands.mean(1)
    return np.concatenate([mean - mean.mean(1, keepdims=True), bands.std(1)], 1)


@pytest.mark.parametrize("category", range(len(CATEGORIES)), ids=CATEGORIES)
def test_every_second_carries_the_sound(category: int) -> None:
    seconds = np.concatenate([_seconds(category, index) for index in range(6)])
    level = np.sqrt(np.mean(seconds**2, 1))
    assert level.min() > 0.03
    assert np.abs(seconds).max() <= np.float32(0.9)


def test_categories_are_separable_by_the_nearest_centroid() -> None:
    train, test = (
        [
            np.concatenate([_features(_seconds(category, index)) for index in clips])
            for category in range(len(CATEGORIES))
        ]
        for clips in (range(6), range(6, 12))
    )
    centroids = np.stack([features.mean(0) for features in train])
    correct = [
        np.argmin(np.linalg.norm(features[:, None] - centroids, axis=2), 1) == category
        for category, features in enumerate(test)
    ]
    assert np.mean(correct) > 0.9


def test_level_and_pitch_vary_within_a_category() -> None:
    clips = [_seconds(CATEGORIES.index("whistle"), index) for index in range(8)]
    level = [np.sqrt(np.mean(clip**2)) for clip in clips]
    pitch = [np.argmax(np.abs(np.fft.rfft(clip[0]))) for clip in clips]  # Hz: one-second windows
    assert max(level) > 1.3 * min(level)
    assert max(pitch) - min(pitch) > 100


def test_a_pausing_source_is_gone_from_the_mixture() -> None:
    rng = np.random.default_rng(0)
    sources = [draw_source(CATEGORIES.index(name), 3, rng) for name in ("engine", "whistle")]
    activity = np.array([[True, False, False], [True, True, False]])
    sound = mix(sources, activity, rng).reshape(3, SAMPLE_RATE)
    low = np.sum(np.abs(np.fft.rfft(sound))[:, 30:500] ** 2, 1)  # the engine's band
    assert low[1] < 0.01 * low[0]
    level = np.sqrt(np.mean(sound**2, 1))
    assert level[1] > 0.03
    assert level[2] < 0.003


def test_each_source_needs_its_activity() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="shorter"):
        mix([draw_source(0, 2, rng)] * 2, np.ones((1, 2), bool), rng)
