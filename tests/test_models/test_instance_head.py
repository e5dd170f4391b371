"""Candidates of one category, ranked: numbers by hand, and what the head learns."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from mmengine.structures import InstanceData

from avs_mm.models.instance_head import InstanceHead, ranks_within_categories
from avs_mm.models.sounding_map import sounding_map


def test_the_logit_is_a_scaled_product():
    head = InstanceHead(visual_dims=2, audio_dims=2, embed_dims=2)
    with torch.no_grad():
        for side in (head.visual, head.audio):
            side[1].weight.copy_(torch.eye(2))
            side[1].bias.zero_()
        head.bias.fill_(0.25)
        logits = head(torch.tensor([[0.0, 4.0], [7.0, 1.0]]), torch.tensor([1.0, 3.0]))
    # LayerNorm makes of two unlike numbers -1 and 1
    expected = torch.tensor([2 / math.sqrt(2) + 0.25, -2 / math.sqrt(2) + 0.25])
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(ValueError, match=r"has 3 channels.*expects 2: give it visual_dims=3"):
        head(torch.zeros(1, 3), torch.zeros(2))


def test_the_best_of_a_category_ranks_first_and_the_others_by_their_own_probability():
    logits = torch.tensor([0.2, 0.8, 0.3, 0.1]).logit()
    ranks = ranks_within_categories(logits, torch.tensor([0, 0, 1, 0]))
    torch.testing.assert_close(ranks, torch.tensor([0.2, 1.0, 1.0, 0.1]))
    assert ranks_within_categories(logits[:0], torch.zeros(0, dtype=torch.long)).shape == (0,)


@given(st.lists(st.floats(-200, 200, width=32), min_size=1, max_size=6), st.data())
def test_each_category_has_a_rank_of_exactly_one(logits: list[float], data: st.DataObject):
    labels = data.draw(st.lists(st.integers(0, 2), min_size=len(logits), max_size=len(logits)))
    ranks = ranks_within_categories(torch.tensor(logits), torch.tensor(labels))
    assert ((ranks >= 0) & (ranks <= 1)).all()
    for label in set(labels):
        assert ranks[torch.tensor(labels) == label].max() == 1


def three() -> InstanceData:
    """Two candidates of category 1 that share a pixel of a row, and one of category 0 below."""
    masks = torch.zeros(3, 2, 3, dtype=torch.bool)
    masks[0, 1], masks[1, 0, :2], masks[2, 0, 1:] = True, True, True
    return InstanceData(masks=masks, labels=torch.tensor([0, 1, 1]), scores=torch.ones(3))


def test_the_map_is_that_of_the_ranks():
    scores = torch.tensor([0.5, 0.8])
    ranked = three()
    plain = sounding_map(ranked, scores)
    torch.testing.assert_close(plain, torch.tensor([[0.8] * 3, [0.5] * 3]))
    ranked.ranks = torch.tensor([1.0, 1.0, 0.25])
    expected = torch.tensor([[0.8, 0.8, 0.2], [0.5, 0.5, 0.5]])
    torch.testing.assert_close(sounding_map(ranked, scores), expected)
    ranked.ranks = torch.ones(3)
    assert torch.equal(sounding_map(ranked, scores), plain)  # to the last bit


def test_copies_are_ranked_and_lone_candidates_are_as_without_a_head():
    torch.manual_seed(0)
    head = InstanceHead(visual_dims=4, audio_dims=3)
    candidates = three()
    candidates.features = torch.randn(3, 4)
    alone = candidates[torch.tensor([0, 2])]
    first, second = head.rank([candidates, alone], torch.randn(2, 3))
    assert "ranks" not in candidates
    assert first.ranks[0] == first.ranks[1:].max() == 1
    assert first.ranks[1:].min() < 1
    assert second.ranks.tolist() == [1.0, 1.0]


def test_the_head_learns_which_of_two_looks_as_if_it_sounded():
    """Where a trace of the sound is in one of 16 channels, and another one for every sound."""
    torch.manual_seed(0)
    head = InstanceHead(visual_dims=16, audio_dims=4)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)

    def draw(number: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        features, kinds = torch.randn(number, 2, 16), torch.randint(2, (number,))
        right = torch.randint(2, (number,))
        features[torch.arange(number), right, kinds] += 4.0
        return features, torch.eye(4)[kinds], right

    for _ in range(100):
        features, sounds, right = draw(32)
        logits = torch.stack([head(*pair) for pair in zip(features, sounds, strict=True)])
        target = torch.nn.functional.one_hot(right, 2).float()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    features, sounds, right = draw(200)
    with torch.no_grad():
        chosen = [int(head(*pair).argmax()) for pair in zip(features, sounds, strict=True)]
    assert (torch.tensor(chosen) == right).float().mean() > 0.9
