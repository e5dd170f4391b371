"""Ground truth of several objects a category."""

import torch
from mmengine.structures import InstanceData, PixelData

from avs_mm.models.instance_labels import split_instances
from avs_mm.registry import MODELS


def test_a_category_is_split_and_another_is_not():
    masks = torch.zeros(2, 4, 6, dtype=torch.long)
    masks[0, :, :2] = masks[0, :, 4:] = 1
    masks[1, 2, 3] = 1
    instances = torch.zeros(4, 6, dtype=torch.long)
    instances[:, :2], instances[:, 4:], instances[2, 3] = 1, 2, 1
    split = split_instances(InstanceData(labels=torch.tensor([5, 7]), masks=masks), instances)
    assert split.labels.tolist() == [5, 5, 7]
    assert split.masks.flatten(1).sum(dim=1).tolist() == [8, 8, 1]
    assert (split.masks.sum(dim=0) == masks.sum(dim=0)).all()


def test_nothing_is_labelled():
    empty = InstanceData(labels=torch.zeros(0), masks=torch.zeros(0, 4, 6))
    assert len(split_instances(empty, torch.zeros(4, 6))) == 0


def test_the_head_reads_the_map(segmentor_config, labelled_samples):
    head = MODELS.build(segmentor_config.decode_head)
    instances = torch.zeros(32, 32, dtype=torch.long)
    instances[:, :10] = 1
    labelled_samples[0].gt_instance_map = PixelData(data=instances[None])
    first, second = head._seg_data_to_instance_data(labelled_samples)[0]
    assert sorted(first.labels.tolist()) == [0, 0, 2, 2]  # cut at column 10
    assert len(second) == 1
