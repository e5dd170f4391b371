"""Unmatched sounds: seeded, and verified not to be of anything in the image."""

from pathlib import Path

import pytest

from avs_mm.datasets.avsbench_layout import list_avss_clips, list_ms3_clips, list_s4_clips
from avs_mm.datasets.unmatched_sounds import UnmatchedSounds

SILENT = {1: "cat", 2: "dog", 3: "horse"}


def test_pairs_share_no_category(s4_root: Path):
    clips = list_s4_clips(s4_root, "test")
    sounds = UnmatchedSounds(clips, labels={}, silent_labels={})
    categories = {clip.audio: clip.categories for clip in clips}
    for clip in clips:
        for frame in clip.frames:
            sound = sounds.sound_of(clip, frame)
            assert categories[sound.path] != clip.categories
            assert 0 <= sound.second < 5


def test_pairs_follow_from_the_seed_alone(s4_root: Path):
    clips = list_s4_clips(s4_root, "test")
    frames = [(clip, frame) for clip in clips for frame in clip.frames]

    def pairs(seed: int, order: int) -> list[tuple[str, int]]:
        sounds = UnmatchedSounds(clips, labels={}, silent_labels={}, seed=seed)
        found = [sounds.sound_of(*place) for place in frames[::order]][::order]
        assert {sound.seed for sound in found} == {seed}
        return [(sound.path.stem, sound.second) for sound in found]

    assert pairs(0, 1) == pairs(0, -1)
    assert pairs(0, 1) != pairs(1, 1)
    # Recorded values: the same on every machine and in every process.
    assert pairs(0, 1)[:4] == [("cat_c", 0), ("cat_c", 0), ("cat_c", 1), ("horse_c", 1)]


def test_silent_objects_count_as_pictured(s4_root: Path, s4_silent_root: Path):
    clips = list_s4_clips(s4_root, "test", s4_silent_root)
    sounds = UnmatchedSounds(clips, labels={}, silent_labels=SILENT)
    assert sounds.shown_in["dog_c"] == {"dog", "horse"}
    assert sounds.shown_in["cat_c"] == {"cat"}
    assert {sounds.sound_of(clips[0], frame).path.stem for frame in clips[0].frames} == {"cat_c"}


def test_silent_seconds_are_no_sound(ms3_root: Path, semantic_root: Path):
    clips = list_ms3_clips(ms3_root, "test", semantic_root)
    seconds = set()
    for seed in range(10):
        sounds = UnmatchedSounds(clips, labels={1: "cat", 2: "dog"}, silent_labels={}, seed=seed)
        seconds |= {sounds.sound_of(clips[0], frame).second for frame in clips[0].frames}
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


def test_no_unmatched_sound_is_an_error(s4_root: Path):
    dog, *_ = list_s4_clips(s4_root, "test")
    sounds = UnmatchedSounds([dog], labels={}, silent_labels={})
    with pytest.raises(ValueError, match=r"clip dog_c \(dog\): no other clip of the 1 sounds"):
        sounds.sound_of(dog, dog.frames[0])


def test_the_same_picture_shows_the_same_objects(s4_root: Path):
    dog, cat, horse = list_s4_clips(s4_root, "test")
    cat.frames[0].image.write_bytes(dog.frames[0].image.read_bytes())
    sounds = UnmatchedSounds([dog, cat, horse], labels={}, silent_labels={})
    assert sounds.shown_in == {
        "dog_c": {"cat", "dog"},
        "cat_c": {"cat", "dog"},
        "horse_c": {"horse"},
    }
    assert {sounds.sound_of(dog, frame).path for frame in dog.frames} == {horse.audio}


def test_scenes_by_name(s4_root: Path):
    clips = [*list_s4_clips(s4_root, "test"), *list_s4_clips(s4_root, "val")]
    names = dict(labels={}, silent_labels={})
    sounds = UnmatchedSounds(clips, **names, scene_pattern="(?:dog|horse)_(.)")
    assert sounds.shown_in["dog_c"] == sounds.shown_in["horse_c"] == {"dog", "horse"}
    assert sounds.shown_in["dog_b"] == {"dog"}
    with pytest.raises(
        ValueError, match=r"scene_pattern '\(sheep\)' fits no clip; the first is dog"
    ):
        UnmatchedSounds(clips, **names, scene_pattern="(sheep)")
    with pytest.raises(ValueError, match="scene_pattern 'dog' must have one group"):
        UnmatchedSounds(clips, **names, scene_pattern="dog")


def test_sounds_of_another_list(s4_root: Path):
    dog, *others = list_s4_clips(s4_root, "test")
    sounds = UnmatchedSounds([dog], sounds=others, labels={}, silent_labels={})
    assert {sounds.sound_of(dog, frame).path for frame in dog.frames} == {c.audio for c in others}
