"""The category filter and the score filter."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.models.candidates import mask_quality, select_candidates


def test_keeps_the_best_mask_of_each_category():
    probabilities = torch.tensor(
        [
            [0.6, 0.1, 0.3],  # category 0
            [0.7, 0.2, 0.1],  # category 0, better
            [0.1, 0.2, 0.7],  # no object
            [0.3, 0.4, 0.3],  # category 1
        ]
    )
    mask_logits = torch.full((4, 2, 2), -1.0)
    for query in range(4):
        mask_logits[query, query // 2, query % 2] = 1.0
    candidates = select_candidates(probabilities.log(), mask_logits, size=(2, 2))
    assert candidates.labels.tolist() == [0, 1]
    torch.testing.assert_close(candidates.scores, torch.tensor([0.7, 0.4]))
    assert candidates.masks.tolist() == [
        [[False, True], [False, False]],
        [[False, False], [False, True]],
    ]


def test_score_threshold_drops_the_unsure():
    logits = torch.tensor([[0.6, 0.1, 0.3], [0.3, 0.4, 0.3]]).log()
    masks = torch.ones(2, 2, 2)
    kept = select_candidates(logits, masks, size=(2, 2), score_threshold=0.5)
    assert kept.labels.tolist() == [0]


def test_a_mask_without_a_pixel_is_no_candidate():
    logits = torch.tensor([[0.9, 0.1], [0.1, 0.9]]).log()
    candidates = select_candidates(logits, torch.full((2, 4, 4), -1.0), size=(8, 6))
    assert candidates.masks.shape == (0, 8, 6)
    assert len(candidates.labels) == len(candidates.scores) == 0


@pytest.mark.parametrize(("least_area", "kept"), [(0.0, [0, 1]), (0.25, [0, 1]), (0.3, [1])])
def test_least_area_drops_specks(least_area: float, kept: list[int]):
    logits = torch.tensor([[0.9, 0.05, 0.05], [0.05, 0.9, 0.05]]).log()
    masks = torch.full((2, 2, 2), -1.0)
    masks[0, 0, 0] = 1.0  # a quarter of the frame
    masks[1, :, 0] = 1.0  # half of it
    candidates = select_candidates(logits, masks, size=(2, 2), least_area=least_area)
    assert candidates.labels.tolist() == kept


def test_masks_grow_to_the_size_asked_for():
    mask = torch.tensor([[[1.0, -1.0], [1.0, -1.0]]])
    candidates = select_candidates(torch.tensor([[5.0, 0.0]]), mask, size=(4, 8))
    assert candidates.masks[0].sum(dim=1).tolist() == [4, 4, 4, 4]  # the left half of each row


@given(seed=st.integers(0, 2**16), categories=st.integers(1, 5), queries=st.integers(1, 12))
def test_labels_are_unique_and_scores_the_highest(seed: int, categories: int, queries: int):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(queries, categories + 1, generator=generator)
    found = select_candidates(logits, torch.ones(queries, 2, 2), size=(2, 2))
    probabilities, labels = logits.softmax(dim=-1).max(dim=-1)
    expected = {
        int(label): float(probabilities[labels == label].max())
        for label in labels.unique()
        if label != categories
    }
    assert dict(zip(found.labels.tolist(), found.scores.tolist(), strict=True)) == expected


def test_mask_quality_is_the_mean_probability_inside():
    masks = torch.tensor([[[0.9, 0.7], [0.2, 0.1]], [[0.6, 0.2], [0.3, 0.4]], [[0.1, 0.2]] * 2])
    torch.testing.assert_close(mask_quality(masks.logit()), torch.tensor([0.8, 0.6, 0.0]))


def test_a_faint_mask_gives_way_to_a_clear_one():
    logits = torch.tensor([[0.9, 0.1], [0.8, 0.2]]).log()  # one category, the faint one surer
    masks = torch.tensor([[[0.6, 0.1]], [[0.1, 0.9]]]).logit()
    assert select_candidates(logits, masks, size=(1, 2)).masks.tolist() == [[[True, False]]]
    clear = select_candidates(logits, masks, size=(1, 2), quality_threshold=0.7)
    assert clear.masks.tolist() == [[[False, True]]]
    torch.testing.assert_close(clear.scores, torch.tensor([0.8]))


def two_dogs_and_a_cat() -> tuple[torch.Tensor, torch.Tensor]:
    """Queries: dog .9 left, dog .8 left again, cat .7 on top, dog .6 right."""
    logits = torch.tensor(
        [[0.9, 0.05, 0.05], [0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.6, 0.2, 0.2]]
    ).log()
    masks = torch.full((4, 4, 4), -1.0)
    masks[0, :, :2] = masks[1, 1:, :2] = masks[2, 0] = masks[3, :, 2:] = 1.0
    return logits, masks


@pytest.mark.parametrize(
    ("number", "scores"), [(1, [0.9, 0.7]), (2, [0.9, 0.6, 0.7]), (9, [0.9, 0.6, 0.7])]
)
def test_more_candidates_of_a_category_are_other_objects(number: int, scores: list[float]):
    candidates = select_candidates(
        *two_dogs_and_a_cat(), size=(4, 4), candidates_per_category=number
    )
    torch.testing.assert_close(candidates.scores, torch.tensor(scores))
    assert candidates.labels.tolist() == [0] * (len(scores) - 1) + [1]


def test_fewer_than_one_candidate_a_category():
    with pytest.raises(ValueError, match="candidates_per_category is at least 1, not 0"):
        select_candidates(*two_dogs_and_a_cat(), size=(4, 4), candidates_per_category=0)
