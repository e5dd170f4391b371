"""The rule by which several processes count every frame once; test_distributed.py runs them."""

import pytest
import torch
from mmengine.dataset import DefaultSampler

from avs_mm.evaluation import AVSMetric

MODULE = "avs_mm.evaluation.metrics.accumulating_metric"


@pytest.fixture
def sums_of(frame_sample, monkeypatch):
    """Sums of each of W processes, one after the other, of frames as a sampler deals them."""

    def run(num_frames: int, world_size: int, *, numbered: bool = True, **sampler) -> list:
        samples = [
            frame_sample(
                metainfo={"sample_idx": index} if numbered else {},
                pred_sounding_map=torch.full((2, 2), index / 10),
                gt_sounding_mask=torch.ones(2, 2, dtype=torch.uint8),
            ).to_dict()
            for index in range(num_frames)
        ]
        results = []
        for rank in range(world_size):
            world = lambda rank=rank: (rank, world_size)  # noqa: E731
            monkeypatch.setattr(
                "avs_mm.evaluation.metrics.accumulating_metric.get_dist_info", world
            )
            monkeypatch.setattr("mmengine.dataset.sampler.get_dist_info", world)
            metric = AVSMetric(official_batch_sizes=(3,))
            for index in DefaultSampler(samples, **sampler):
                metric.process({}, [samples[index]])
            results += metric.results
        return results

    return run


@pytest.mark.parametrize(("num_frames", "world_size"), [(7, 2), (6, 2), (7, 3), (1, 4), (9, 4)])
@pytest.mark.parametrize("round_up", [True, False])
def test_padding_is_not_counted(sums_of, num_frames, world_size, round_up):
    parts = sums_of(num_frames, world_size, shuffle=False, round_up=round_up)
    assert sum(part.frames for part in parts) == num_frames
    (alone,) = sums_of(num_frames, 1, shuffle=False)
    merged = AVSMetric().compute_metrics([(num_frames, part) for part in parts])
    assert merged == AVSMetric().compute_metrics([(num_frames, alone)])


def test_a_sampler_that_shuffles_is_an_error(sums_of):
    parts = sums_of(7, 2, shuffle=True, seed=1)
    with pytest.raises(ValueError, match=r"frames were counted, but .* has 7; .*DefaultSampler"):
        AVSMetric().compute_metrics([(7, part) for part in parts])


def test_without_numbers_one_process_counts_in_order(sums_of):
    metrics = [
        AVSMetric().compute_metrics([(7, *sums_of(7, 1, shuffle=False, numbered=numbered))])
        for numbered in (True, False)
    ]
    assert metrics[0] == metrics[1]


def test_without_numbers_several_processes_cannot_count(sums_of):
    with pytest.raises(ValueError, match=r"clip_1.png: the sample has no 'sample_idx'.*meta_keys"):
        sums_of(7, 2, shuffle=False, numbered=False)
