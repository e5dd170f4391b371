"""Noise and foreign sounds: seeded, of a stated level, and surely not the picture's own."""

from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets.audio_conditions import NOISE_RMS, UnmatchedSounds, white_noise
from avs_mm.datasets.avsbench_layout import list_avss_clips, list_ms3_clips, list_s4_clips

SILENT = {1: "cat", 2: "dog", 3: "horse"}


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


def test_pairs_share_no_category(s4_root: Path):
    clips = list_s4_clips(s4_root, "test")
    sounds = UnmatchedSounds(clips, labels={}, silent_labels={})
    for clip in clips:
        for second in range(5):
            other, place = sounds.pair(clip.name, second)
            assert other.categories != clip.categories
            assert 0 <= place < 5


def test_pairs_follow_from_the_seed_alone(s4_root: Path):
    clips = list_s4_clips(s4_root, "test")
    places = [(clip.name, second) for clip in clips for second in range(5)]

    def pairs(seed: int, order: int) -> list[tuple[str, int]]:
        sounds = UnmatchedSounds(clips, labels={}, silent_labels={}, seed=seed)
        found = {place: sounds.pair(*place) for place in places[::order]}
        return [(found[place][0].name, found[place][1]) for place in places]

    assert pairs(0, 1) == pairs(0, -1)
    assert pairs(0, 1) != pairs(1, 1)


def test_silent_objects_count_as_pictured(s4_root: Path, s4_silent_root: Path):
    clips = list_s4_clips(s4_root, "test", s4_silent_root)
    sounds = UnmatchedSounds(clips, labels={}, silent_labels=SILENT)
    assert sounds.pictured["dog_c"] == {"dog", "horse"}
    assert sounds.pictured["cat_c"] == {"cat"}
    assert {sounds.pair("dog_c", second)[0].name for second in range(5)} == {"cat_c"}


def test_silent_seconds_are_no_sound(ms3_root: Path, semantic_root: Path):
    clips = list_ms3_clips(ms3_root, "test", semantic_root)
    seconds = set()
    for seed in range(10):
        sounds = UnmatchedSounds(clips, labels={1: "cat", 2: "dog"}, silent_labels={}, seed=seed)
        seconds |= {sounds.pair("solo_c", second)[1] for second in range(5)}
    assert seconds == {0, 1, 2, 3}


def test_categories_come_from_the_labels_where_the_table_does_not_know(semantic_root: Path):
    table = semantic_root / "metadata.csv"
    table.write_text(table.read_text().replace("horse_dog", "galloping_barking"))
    (clip,) = list_avss_clips(semantic_root, "train", ("v2",))
    assert clip.categories is None
    sounds = UnmatchedSounds([clip], labels=SILENT, silent_labels={})
    assert sounds.sounding["long_a"] == {"dog", "horse"}


def test_ms3_without_semantic_labels_cannot_be_paired(ms3_root: Path):
    with pytest.raises(ValueError, match=r"solo_c: its categories are unknown.*semantic_root"):
        UnmatchedSounds(list_ms3_clips(ms3_root, "test"), labels={}, silent_labels={})


def test_no_foreign_sound_is_an_error(s4_root: Path):
    dog, *_ = list_s4_clips(s4_root, "test")
    sounds = UnmatchedSounds([dog], labels={}, silent_labels={})
    with pytest.raises(ValueError, match=r"clip dog_c \(dog\): no other clip of this split"):
        sounds.pair("dog_c", 0)
