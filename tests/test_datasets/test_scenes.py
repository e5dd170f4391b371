"""Scenes of clips: told by the image's bytes and by the clip's name."""

from pathlib import Path

import pytest

from avs_mm.datasets.scenes import image_digest, scene_in_name, scenes_of

PATTERN = "(.*)_(?:both|first|second)$"


@pytest.mark.parametrize(
    ("clip", "pattern", "scene"),
    [
        ("park_both", PATTERN, "park"),
        ("the_park_second", PATTERN, "the_park"),
        ("park", PATTERN, None),
        ("_first", PATTERN, ""),
        ("park_both", None, None),
    ],
)
def test_the_scene_in_a_name(clip, pattern, scene):
    assert scene_in_name(clip, pattern) == scene


@pytest.mark.parametrize("pattern", ["park", "(.*)_(both|first)"])
def test_a_pattern_has_one_group(pattern):
    with pytest.raises(ValueError, match="must have one group"):
        scene_in_name("park_both", pattern)


def test_clips_of_one_scene_share_a_name_of_it(tmp_path: Path):
    for name, content in {"a": "oak", "b": "elm", "c": "oak"}.items():
        (tmp_path / name).write_text(content)
    assert image_digest(tmp_path / "a") == image_digest(tmp_path / "c")
    assert len(image_digest(tmp_path / "a")) == 32

    both = scenes_of("park_both", tmp_path / "a", PATTERN)
    first = scenes_of("park_first", tmp_path / "b", PATTERN)  # an image of its own
    other = scenes_of("lane", tmp_path / "c", PATTERN)  # the image of park_both
    assert [len(both), len(first), len(other)] == [2, 2, 1]
    assert both & first == {"name park"}
    assert both & other == {image_digest(tmp_path / "a")}
    assert first.isdisjoint(other)
    named_alike = scenes_of("park_second", tmp_path / "b", None)
    assert named_alike == {image_digest(tmp_path / "b")}
