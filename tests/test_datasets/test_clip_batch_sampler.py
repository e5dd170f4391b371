from unittest import mock

import pytest
from mmengine.dataset import DefaultSampler

from avs_mm.datasets import ClipBatchSampler


class Frames:
    """Clips of the given lengths, frame by frame."""

    def __init__(self, *lengths: int) -> None:
        self.clips = [clip for clip, length in enumerate(lengths) for _ in range(length)]

    def __len__(self) -> int:
        return len(self.clips)

    def get_data_info(self, index: int) -> dict:
        return {"clip": f"clip {self.clips[index]}"}


def sampler(*lengths: int, shuffle: bool = False, **arguments) -> ClipBatchSampler:
    frames = DefaultSampler(Frames(*lengths), shuffle=shuffle, seed=0)
    return ClipBatchSampler(frames, **arguments)


def test_batches_are_whole_clips_in_order():
    batches = sampler(5, 5, 5, batch_size=2)
    assert list(batches) == [list(range(10)), list(range(10, 15))]
    assert len(batches) == 2


def test_clips_may_differ_in_length():
    assert list(sampler(1, 3, 2, batch_size=2)) == [[0, 1, 2, 3], [4, 5]]


def test_the_last_batch_can_be_left_out():
    batches = sampler(2, 2, 2, batch_size=2, drop_last=True)
    assert list(batches) == [[0, 1, 2, 3]]
    assert len(batches) == 1


def test_shuffling_moves_clips_and_not_frames():
    batches = sampler(*[5] * 20, shuffle=True, batch_size=3)
    first = [index for batch in batches for index in batch]
    assert sorted(first) == list(range(100))
    assert first != list(range(100))
    assert all(first[i + 1] == first[i] + 1 for i in range(99) if i % 5 < 4)
    batches.sampler.set_epoch(1)
    assert [index for batch in batches for index in batch] != first


@pytest.mark.parametrize("round_up", [True, False])
def test_processes_share_whole_clips(round_up: bool):
    parts = []
    for rank in range(2):
        with mock.patch("mmengine.dataset.sampler.get_dist_info", return_value=(rank, 2)):
            frames = DefaultSampler(Frames(2, 2, 2), shuffle=False, seed=0, round_up=round_up)
            parts.append(list(ClipBatchSampler(frames, batch_size=1)))
    assert parts == [[[0, 1], [4, 5]], [[2, 3], [0, 1]] if round_up else [[2, 3]]]


def test_looks_through_a_wrapper():
    class Wrapper:
        dataset = Frames(2, 2)

        def __len__(self) -> int:
            return 4

    frames = DefaultSampler(Wrapper(), shuffle=False, seed=0)
    assert list(ClipBatchSampler(frames, batch_size=1)) == [[0, 1], [2, 3]]
