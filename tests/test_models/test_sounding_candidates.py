"""Which candidates sound, by the answer of a model."""

import torch
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample

from avs_mm.models.sounding_candidates import is_sounding, mark_sounding


def overlapping() -> InstanceData:
    """Two candidates of category 1 that share the middle of a row, one of category 0 below."""
    masks = torch.zeros(3, 2, 3, dtype=torch.bool)
    masks[0, 1], masks[1, 0, :2], masks[2, 0, 1:] = True, True, True
    return InstanceData(masks=masks, labels=torch.tensor([0, 1, 1]), scores=torch.ones(3))


def marked(candidates: InstanceData, scores: list[float]) -> SegDataSample:
    (sample,) = mark_sounding(
        [candidates],
        torch.tensor([scores]),
        [SegDataSample()],
        threshold=0.5,
        output="category",
    )
    return sample


def test_a_shared_pixel_is_of_the_candidate_that_ranks_higher():
    candidates = overlapping()
    candidates.ranks = torch.tensor([1.0, 1.0, 0.25])
    sample = marked(candidates, [0.4, 0.8])
    torch.testing.assert_close(sample.pred_instances.audio_scores, torch.tensor([0.4, 0.8, 0.2]))
    assert sample.pred_sem_seg.data[0].tolist() == [[1, 1, 255], [255, 255, 255]]
    found = is_sounding(sample.pred_instances, sample.pred_sem_seg.data[0])
    assert found == [False, True, False]


def test_without_ranks_all_of_a_category_sound():
    sample = marked(overlapping(), [0.4, 0.8])
    assert sample.pred_sem_seg.data[0].tolist() == [[1, 1, 1], [255, 255, 255]]
    found = dict(sample.pred_instances.items())
    assert is_sounding(found, sample.pred_sem_seg.data[0]) == [False, True, True]
    del found["audio_scores"]  # as of stage 1
    assert is_sounding(found, sample.pred_sem_seg.data[0]) == [False, True, True]
