"""Which frames of a batch are one clip."""

import pytest
from mmseg.structures import SegDataSample

from avs_mm.models.baselines.clip_numbers import clip_numbers


def samples(*frames: tuple[str, int]) -> list[SegDataSample]:
    return [SegDataSample(metainfo={"clip": clip, "frame": frame}) for clip, frame in frames]


def test_numbers_clips_of_any_length():
    batch = samples(("a", 0), ("a", 1), ("b", 0), ("c", 0), ("c", 1), ("c", 2))
    assert clip_numbers(batch).tolist() == [0, 0, 1, 2, 2, 2]


def test_a_clip_drawn_twice_is_two():
    assert clip_numbers(samples(("a", 0), ("a", 1), ("a", 0), ("a", 1))).tolist() == [0, 0, 1, 1]


def test_frames_without_a_clip_are_one():
    assert clip_numbers([SegDataSample(), SegDataSample()]).tolist() == [0, 0]


def test_a_new_number_after_so_many_frames():
    ten, five = [("a", frame) for frame in range(10)], [("b", frame) for frame in range(5)]
    batch = samples(*ten, *five, *ten[:7])
    numbers = [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5 + [4] * 2
    assert clip_numbers(batch, attended_frames=5).tolist() == numbers
    assert clip_numbers(batch).tolist() == [0] * 10 + [1] * 5 + [2] * 7
    unnamed = [SegDataSample() for _ in range(7)]
    assert clip_numbers(unnamed, attended_frames=5).tolist() == [0] * 5 + [1] * 2


@pytest.mark.parametrize("attended_frames", [None, 2, 3])
@pytest.mark.parametrize(
    ("frames", "named"),
    [
        ([("a", 3), ("a", 4)], "frame 3 of clip a"),
        ([("a", 0), ("a", 2)], "frame 2 of clip a"),
        ([("a", 0), ("b", 1)], "frame 1 of clip b"),
    ],
)
def test_refuses_a_clip_that_was_cut(frames, named: str, attended_frames: int | None):
    with pytest.raises(ValueError, match=rf"{named}.*ClipBatchSampler"):
        clip_numbers(samples(*frames), attended_frames=attended_frames)
