import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.apis.sounding_decision import mask_overlaps, sounding_under
from avs_mm.models.instance_head import ranks_within_categories
from avs_mm.models.sounding_map import loudest_category, sounding_map
from avs_mm.visualization import sounding_candidates


def test_each_combination_of_masks_is_listed_once():
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :3], masks[1, 2:] = True, True
    assert sorted(mask_overlaps(masks).tolist()) == [[False, True], [True, False], [True, True]]
    assert mask_overlaps(np.zeros((0, 4, 4), bool)).shape == (0, 0)


def test_too_many_candidates_are_refused():
    with pytest.raises(ValueError, match="raise the model's score_threshold"):
        mask_overlaps(np.zeros((64, 1, 1), bool))


def test_scores_add_up_where_masks_overlap():
    masks = np.zeros((2, 4, 4), bool)
    masks[0, :3], masks[1, 2:] = True, True
    labels, thresholds = np.array([0, 1]), np.array([0.5, 0.5])
    scores = np.array([0.4, 0.3])
    assert sounding_under(mask_overlaps(masks), labels, scores, thresholds).tolist() == [
        True,
        False,
    ]
    apart = np.eye(2, dtype=bool)
    assert sounding_under(apart, labels, scores, thresholds).tolist() == [False, False]
    assert sounding_under(apart, labels, scores, np.array([0.35, 0.35])).tolist() == [True, False]


@settings(max_examples=60, deadline=None)
@given(
    masks=st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4),
    data=st.data(),
)
def test_it_says_what_the_painted_map_says(masks, data):
    number = len(masks)
    labels = torch.tensor(sorted(data.draw(st.integers(0, 2)) for _ in range(number)))
    category_scores = torch.tensor(data.draw(st.permutations([0.17, 0.41, 0.76])))
    logits = torch.tensor([data.draw(st.sampled_from([2.0, -2.0])) for _ in range(number)])
    ranks = ranks_within_categories(logits, labels)
    candidates = InstanceData(
        masks=torch.tensor(masks).reshape(number, 2, 3),
        labels=labels,
        ranks=ranks,
        audio_scores=category_scores[labels] * ranks,
    )
    painted = sounding_map(candidates, category_scores) > 0.5
    sample = SegDataSample()
    sample.pred_instances = candidates
    category_map = torch.where(painted, loudest_category(candidates), 255)
    sample.pred_sem_seg = PixelData(data=category_map[None])
    found = sounding_under(
        mask_overlaps(candidates.masks.numpy()),
        labels.numpy(),
        candidates.audio_scores.numpy(),
        np.full(number, 0.5),
    )
    assert found.tolist() == sounding_candidates(sample)
