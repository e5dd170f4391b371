"""The matching of all layers and frames at once, beside mmdet's of one layer and frame."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from mmdet.models.task_modules.assigners import (
    ClassificationCost,
    CrossEntropyLossCost,
    DiceCost,
    FocalLossCost,
    HungarianAssigner,
)
from mmengine.structures import InstanceData

from avs_mm.models.query_matching import match_queries, matching_costs

LAYERS, QUERIES, CATEGORIES, SIZE = 2, 6, 4, (5, 7)
MASKFORMER = (
    dict(type=ClassificationCost, weight=1.0),
    dict(type=FocalLossCost, weight=20.0, binary_input=True),
    dict(type=DiceCost, weight=1.0, pred_act=True, eps=1.0),
)
OTHERS = (
    dict(type=FocalLossCost, weight=3.0, binary_input=True, alpha=0.4, gamma=1.5),
    dict(type=DiceCost, weight=2.0, pred_act=True, naive_dice=False),
    dict(type=CrossEntropyLossCost, weight=5.0),
)


def random_objects(numbers: list[int], *, size: tuple[int, int] = (10, 14)) -> list[InstanceData]:
    return [
        InstanceData(
            labels=torch.randint(CATEGORIES, (number,)),
            masks=(torch.rand(number, *size) > 0.6).long(),
        )
        for number in numbers
    ]


def random_predictions(batch: int) -> tuple[torch.Tensor, torch.Tensor]:
    class_logits = 2 * torch.randn(LAYERS, batch, QUERIES, CATEGORIES + 1)
    return class_logits, 3 * torch.randn(LAYERS, batch, QUERIES, *SIZE)


def match_as_mmdet(
    assigner: HungarianAssigner,
    class_logits: torch.Tensor,
    mask_logits: torch.Tensor,
    objects: list[InstanceData],
) -> list[list[list[int]]]:
    """Return the pairs of each layer: frame, query, object."""
    layers = []
    for layer in range(len(class_logits)):
        pairs, first = [], 0
        for frame, instances in enumerate(objects):
            if not len(instances.labels):
                continue
            small = F.interpolate(instances.masks[None].float(), SIZE)[0].long()
            found = assigner.assign(
                InstanceData(scores=class_logits[layer, frame], masks=mask_logits[layer, frame]),
                InstanceData(labels=instances.labels, masks=small),
            ).gt_inds.tolist()
            pairs += [[frame, query, first + one - 1] for query, one in enumerate(found) if one]
            first += len(instances.labels)
        layers.append(pairs)
    return layers


@settings(max_examples=30, deadline=None)
@given(
    numbers=st.lists(st.integers(0, 8), min_size=1, max_size=3),  # of the objects of each frame
    match_costs=st.sampled_from([MASKFORMER, OTHERS]),
    seed=st.integers(0, 2**16),
)
def test_pairs_are_mmdets(numbers: list[int], match_costs: tuple[dict, ...], seed: int):
    torch.manual_seed(seed)
    assigner = HungarianAssigner(match_costs=[dict(cost) for cost in match_costs])
    objects, (class_logits, mask_logits) = random_objects(numbers), random_predictions(len(numbers))
    masks = mask_logits.sigmoid()
    pairs = match_queries(assigner.match_costs, class_logits, mask_logits, masks, objects)
    assert pairs.shape == (LAYERS, 3, sum(min(number, QUERIES) for number in numbers))
    expected = match_as_mmdet(assigner, class_logits, mask_logits, objects)
    assert pairs.transpose(1, 2).tolist() == expected


@pytest.mark.parametrize("match_costs", [MASKFORMER, OTHERS])
def test_costs_are_mmdets(match_costs: tuple[dict, ...]):
    torch.manual_seed(0)
    costs = HungarianAssigner(match_costs=[dict(cost) for cost in match_costs]).match_costs
    class_logits, mask_logits = (one[0] for one in random_predictions(3))
    labels = torch.randint(CATEGORIES, (3, 2))
    targets = (torch.rand(3, 2, *SIZE) > 0.6).float()
    masks = mask_logits.sigmoid()
    before = masks.clone()
    found = matching_costs(costs, class_logits, mask_logits, masks, labels, targets)
    assert torch.equal(masks, before)
    for frame in range(3):
        predictions = InstanceData(scores=class_logits[frame], masks=mask_logits[frame])
        truth = InstanceData(labels=labels[frame], masks=targets[frame].long())
        expected = sum(cost(pred_instances=predictions, gt_instances=truth) for cost in costs)
        torch.testing.assert_close(found[frame], expected, rtol=1e-5, atol=1e-5)
