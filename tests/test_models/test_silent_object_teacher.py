"""What a teacher adds to the labels, and that it stays as it is."""

import pytest
import torch
from mmengine.structures import InstanceData, PixelData

from avs_mm.models.silent_object_teacher import (
    SilentObjectTeacher,
    complete_labels,
    with_taught_objects,
)
from avs_mm.registry import MODELS


@pytest.fixture
def sounding() -> torch.Tensor:
    """Category 0 sounds in the left column of a frame of 4x4."""
    category_map = torch.full((4, 4), 255)
    category_map[:, 0] = 0
    return category_map


def seen(*objects: tuple[int, float, tuple[slice, slice]]) -> InstanceData:
    """Candidates from their category, score and region."""
    masks = torch.zeros(len(objects), 4, 4, dtype=torch.bool)
    for mask, (_, _, region) in zip(masks, objects, strict=True):
        mask[region] = True
    labels = torch.tensor([label for label, _, _ in objects])
    return InstanceData(
        masks=masks, labels=labels, scores=torch.tensor([score for _, score, _ in objects])
    )


def test_paints_on_the_background_alone(sounding):
    found = seen((2, 0.9, (slice(0, 2), slice(0, 4))))  # a quarter of it lies on category 0
    completed = complete_labels(sounding, found, most_overlap=0.3)
    assert completed.tolist() == [[0, 2, 2, 2]] * 2 + [[0, 255, 255, 255]] * 2
    assert (sounding == 2).sum() == 0  # the map that was given stays


@pytest.mark.parametrize(("most_overlap", "painted"), [(0.5, 4), (0.49, 0)])
def test_leaves_out_what_lies_on_a_labelled_object(sounding, most_overlap: float, painted: int):
    found = seen((2, 0.9, (slice(0, 4), slice(0, 2))))
    completed = complete_labels(sounding, found, most_overlap=most_overlap)
    assert int((completed == 2).sum()) == painted


def test_leaves_out_a_category_that_is_labelled(sounding):
    found = seen((0, 0.9, (slice(0, 4), slice(2, 4))))
    assert torch.equal(complete_labels(sounding, found, most_overlap=0.3), sounding)


def test_the_surer_of_two_is_painted(sounding):
    found = seen((1, 0.95, (slice(0, 4), slice(2, 4))), (2, 0.9, (slice(0, 4), slice(1, 3))))
    completed = complete_labels(sounding, found, most_overlap=0.3)
    assert completed[0].tolist() == [0, 2, 1, 1]


def test_a_frame_without_objects_stays(sounding):
    nothing = InstanceData(
        masks=torch.zeros(0, 4, 4, dtype=torch.bool),
        labels=torch.zeros(0, dtype=torch.long),
        scores=torch.zeros(0),
    )
    assert torch.equal(complete_labels(sounding, nothing, most_overlap=0.3), sounding)


def test_completes_copies_of_the_samples(segmentor_config, labelled_samples, find_something):
    network = MODELS.build(segmentor_config)
    find_something(network)
    teacher = SilentObjectTeacher(
        network, score_threshold=0.0, quality_threshold=0.0, most_overlap=1.0
    )
    before = [sample.gt_sem_seg.data.clone() for sample in labelled_samples]
    completed = teacher.complete({"img": torch.randn(2, 3, 32, 32)}, labelled_samples)
    added = 0
    for sample, copy, category_map in zip(labelled_samples, completed, before, strict=True):
        assert torch.equal(sample.gt_sem_seg.data, category_map)
        labelled = category_map != 255
        assert torch.equal(copy.gt_sem_seg.data[labelled], category_map[labelled])
        assert copy.img_path == sample.img_path
        added += int((copy.gt_sem_seg.data != category_map).sum())
    assert added > 0


def test_needs_a_network_that_knows_the_categories(segmentor_config, tmp_path):
    segmentor_config.teacher = dict(score_threshold=0.8)
    with pytest.raises(ValueError, match=r"the network of initial_weights"):
        MODELS.build(segmentor_config).init_weights()

    weights = MODELS.build(segmentor_config).state_dict()
    weights["decode_head.cls_embed.bias"] = torch.zeros(81)
    torch.save(weights, tmp_path / "coco.pth")
    segmentor_config.initial_weights = str(tmp_path / "coco.pth")
    with pytest.raises(ValueError, match=r"another shape: decode_head\.cls_embed\.bias"):
        MODELS.build(segmentor_config).init_weights()


def test_stays_as_it_was_when_the_student_learns(segmentor_config, labelled_samples, tmp_path):
    plain = MODELS.build(segmentor_config)
    torch.save(plain.state_dict(), tmp_path / "all_objects.pth")
    segmentor_config.initial_weights = str(tmp_path / "all_objects.pth")
    segmentor_config.teacher = dict(score_threshold=0.8)
    student = MODELS.build(segmentor_config)
    student.init_weights()
    student.train()
    assert student.state_dict().keys() == plain.state_dict().keys()
    before = [weight.clone() for weight in student.teacher.network.parameters()]
    losses = student({"img": torch.randn(2, 3, 32, 32)}, labelled_samples, mode="loss")
    sum(loss for name, loss in losses.items() if "loss" in name).backward()
    with torch.no_grad():
        for weight in student.parameters():
            weight += 1.0
    assert not student.teacher.network.training
    for weight, old in zip(student.teacher.network.parameters(), before, strict=True):
        assert weight.grad is None
        assert torch.equal(weight, old)


def test_objects_of_a_teacher_that_has_run_before(silent_sample):
    """They fill the background of the labels; padding and labelled pixels stay."""
    silent_sample.gt_sem_seg.data[0, :4] = 2  # labelled
    assert with_taught_objects(silent_sample) is silent_sample
    taught = torch.full((1, 30, 32), 255)  # the sample is padded by two rows
    taught[0, 2:10, :8] = 1
    silent_sample.gt_teacher_map = PixelData(data=taught)
    completed = with_taught_objects(silent_sample).gt_sem_seg.data
    expected = torch.full((1, 32, 32), 255)
    expected[0, 2:10, :8] = 1
    expected[0, :4] = 2
    assert torch.equal(completed, expected)
    assert (silent_sample.gt_sem_seg.data == 1).sum() == 0  # a copy
