"""Maps averaged over masks: numbers by hand, and what stage 1's candidates have of it."""

import pytest
import torch

from avs_mm.models.mask_pooling import pool_in_masks
from avs_mm.registry import MODELS


def test_a_map_counts_by_the_fraction_that_a_mask_covers():
    fine = torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
    coarse = torch.tensor([[[5.0]], [[6.0]]])
    masks = torch.zeros(2, 4, 4, dtype=torch.bool)
    masks[0, :2, :2] = True  # the upper left quarter
    masks[1, 3, 1:3] = True  # a pixel of the lower left, one of the lower right
    expected = torch.tensor([[1.0, 5.0, 6.0], [3.5, 5.0, 6.0]])
    torch.testing.assert_close(pool_in_masks([fine, coarse], masks), expected)
    assert pool_in_masks([fine, coarse], masks[:0]).shape == (0, 3)
    assert pool_in_masks([fine], torch.zeros(1, 4, 4, dtype=torch.bool)).tolist() == [[0.0]]


@torch.no_grad()
@pytest.mark.parametrize("pooled_features", [False, True])
def test_candidates_have_features_of_every_level_if_asked_for(
    segmentor_config, find_something, pooled_features: bool
):
    segmentor_config.update(
        pooled_features=pooled_features, candidates_per_category=3, split_parts=0.01
    )
    model = MODELS.build(segmentor_config).eval()
    find_something(model)
    images = torch.randn(2, 3, 32, 32)
    found = model.find_candidates({"img": images}, sizes=[(32, 32), (48, 80)])
    maps = model.extract_feat({"img": images})
    assert sum(len(candidates) for candidates in found) > 0
    for place, candidates in enumerate(found):
        assert ("features" in candidates) == pooled_features
        if pooled_features:
            assert candidates.features.shape == (len(candidates), 8 + 16 + 32 + 64)
            expected = pool_in_masks([level[place] for level in maps], candidates.masks)
            torch.testing.assert_close(candidates.features, expected)
