"""Which candidates the head learns from, and the loss by hand."""

import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.models.instance_loss import instance_loss, instance_targets


def sample() -> SegDataSample:
    """Category 1 sounds: an object in the first and one in the second quarter of a row of 16."""
    numbers = torch.zeros(1, 1, 16, dtype=torch.long)
    numbers[..., :4], numbers[..., 4:8] = 1, 2
    annotated = SegDataSample(metainfo={"img_path": "a.jpg"})
    annotated.gt_instance_map = PixelData(data=numbers)
    annotated.gt_sem_seg = PixelData(data=torch.where(numbers > 0, 1, 255))
    return annotated


def candidates(logits: list[float]) -> InstanceData:
    masks = torch.zeros(5, 1, 16, dtype=torch.bool)
    masks[0, 0, :4] = True  # category 1: the first object
    masks[1, 0, 7:12] = True  # category 1: hardly the second one
    masks[2, 0, :4] = True  # category 2, which does not sound
    masks[3, 0, 8:12] = True
    masks[4, 0, 4:8] = True  # alone in its category
    return InstanceData(
        masks=masks,
        labels=torch.tensor([1, 1, 2, 2, 0]),
        rank_logits=torch.tensor(logits, requires_grad=True),
    )


def test_candidates_of_a_sounding_category_with_others_have_a_target():
    annotated = sample()
    chosen, found = instance_targets(
        candidates([0.0] * 5), annotated.gt_sem_seg.data[0], annotated.gt_instance_map.data[0]
    )
    assert chosen.tolist() == [True, True, False, False, False]
    assert found.tolist() == [True, False, False, False, False]


def test_the_loss_is_a_cross_entropy_of_those_that_have_one():
    found = candidates([0.5, 2.0, 9.0, 9.0, 9.0])
    loss = instance_loss([found, found[torch.tensor([2, 3, 4])]], [sample(), sample()])
    expected = -(torch.tensor(0.5).sigmoid().log() + (1 - torch.tensor(2.0).sigmoid()).log()) / 2
    torch.testing.assert_close(loss, expected)
    loss.backward()
    gradient = found.rank_logits.grad
    assert gradient[0] < 0 < gradient[1]
    assert gradient[2:].tolist() == [0, 0, 0]


def test_without_a_target_the_loss_is_zero_with_a_gradient():
    lone = candidates([0.5] * 5)
    loss = instance_loss([lone[torch.tensor([4])]], [sample()])
    assert loss == 0
    loss.backward()
    assert lone.rank_logits.grad.tolist() == [0] * 5
    nothing = lone[torch.zeros(5, dtype=torch.bool)]
    assert instance_loss([nothing], [sample()]) == 0


def test_a_frame_without_labels_of_instances_is_refused():
    unlabelled = sample()
    del unlabelled.gt_instance_map
    with pytest.raises(ValueError, match=r"a\.jpg.*LoadInstanceMasks with instances=True"):
        instance_loss([candidates([0.0] * 5)], [unlabelled])
