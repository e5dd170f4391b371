"""PackAVSInputs, and what mmseg's transforms leave of the masks before it."""

import copy

import numpy as np
import pytest
import torch
from mmcv.transforms import RandomFlip as MMCVRandomFlip
from mmseg.datasets.transforms import RandomCrop, RandomFlip, RandomRotate, Resize

from avs_mm.datasets import PackAVSInputs


@pytest.fixture
def results() -> dict:
    """An 8x8 image whose left half sounds of category 3; a silent 1 in the upper right."""
    mask = np.zeros((8, 8), np.uint8)
    mask[:, :4] = 1
    silent = np.full((8, 8), 255, np.uint8)
    silent[:4, 4:] = 1
    return dict(
        img=np.arange(192, dtype=np.uint8).reshape(8, 8, 3),
        img_shape=(8, 8),
        ori_shape=(8, 8),
        img_path="a.png",
        clip="dog",
        frame=2,
        second=2,
        sample_idx=7,
        audio=np.linspace(-1, 1, 16_000, dtype=np.float32),
        gt_sounding_mask=mask,
        gt_seg_map=np.where(mask > 0, 3, 255).astype(np.uint8),
        gt_silent_map=silent,
        seg_fields=["gt_sounding_mask", "gt_seg_map", "gt_silent_map"],
    )


def test_types_and_values(results):
    packed = PackAVSInputs()(dict(results))
    inputs, sample = packed["inputs"], packed["data_samples"]
    assert inputs["img"].dtype == torch.uint8
    assert inputs["img"][:, 0, 1].tolist() == [3, 4, 5]
    assert inputs["audio"].dtype == torch.float32
    np.testing.assert_array_equal(inputs["audio"], results["audio"])
    assert sample.gt_sounding_mask.data.dtype == torch.uint8
    assert sample.gt_sounding_mask.data.shape == (1, 8, 8)
    assert sample.gt_sounding_mask.data.sum() == 32
    assert sample.gt_sem_seg.data.dtype == torch.int64
    assert sample.gt_sem_seg.data.unique().tolist() == [3, 255]
    assert sample.gt_silent_map.data.dtype == torch.int64
    assert (sample.gt_silent_map.data == 1).sum() == 16
    assert sample.metainfo["clip"] == "dog"
    assert (sample.frame, sample.second, sample.img_path) == (2, 2, "a.png")
    assert sample.sample_idx == 7


def test_without_audio_and_masks(results):
    packed = PackAVSInputs(meta_keys=("clip",))(dict(img=results["img"], clip="dog"))
    assert list(packed["inputs"]) == ["img"]
    assert packed["data_samples"].metainfo == dict(clip="dog")
    assert "gt_sounding_mask" not in packed["data_samples"]


def test_flip_turns_every_field(results):
    sample = PackAVSInputs()(RandomFlip(prob=1.0)(results))["data_samples"]
    assert sample.gt_sounding_mask.data[0, :, 4:].all()
    assert not sample.gt_sounding_mask.data[0, :, :4].any()
    assert (sample.gt_sem_seg.data[0, :, 4:] == 3).all()
    assert (sample.gt_silent_map.data[0, :4, :4] == 1).all()
    assert sample.flip


def test_instances_are_checked(results):
    """They must cover what sounds: a transform that changes the other fields alone is noticed."""
    results["gt_instance_map"] = np.where(results["gt_sounding_mask"] > 0, 2, 0).astype(np.uint8)
    with pytest.raises(ValueError, match="no longer fit"):
        PackAVSInputs()(RandomFlip(prob=1.0)(copy.deepcopy(results)))
    results["seg_fields"].append("gt_instance_map")
    sample = PackAVSInputs()(RandomFlip(prob=1.0)(results))["data_samples"]
    assert sample.gt_instance_map.data.dtype == torch.int64
    assert sample.gt_instance_map.data[0].tolist() == [[0] * 4 + [2] * 4] * 8


def test_resize_and_crop(results):
    resized = Resize(scale=(16, 12))(results)
    assert resized["gt_sounding_mask"].shape == (12, 16)
    sample = PackAVSInputs()(RandomCrop(crop_size=(6, 6))(resized))["data_samples"]
    assert sample.gt_sounding_mask.data.shape == (1, 6, 6)
    sounding = sample.gt_sounding_mask.data == 1
    assert ((sample.gt_sem_seg.data == 3) == sounding).all()


def test_padding_does_not_sound(results):
    np.random.seed(0)
    turned = RandomRotate(prob=1.0, degree=(45, 45))(results)
    assert 255 in turned["gt_sounding_mask"]
    sample = PackAVSInputs()(turned)["data_samples"]
    assert sample.gt_sounding_mask.data.unique().tolist() == [0, 1]


def test_masks_at_the_original_size(results):
    """As in a test pipeline, which resizes the image before it loads the masks."""
    results.update(img=np.zeros((4, 4, 3), np.uint8), img_shape=(4, 4))
    packed = PackAVSInputs()(results)
    assert packed["inputs"]["img"].shape == (3, 4, 4)
    assert packed["data_samples"].gt_sounding_mask.data.shape == (1, 8, 8)


def test_a_flip_of_one_field_alone_is_noticed(results):
    """mmcv's own RandomFlip knows ``gt_seg_map`` only."""
    with pytest.raises(ValueError, match=r"a\.png: its masks no longer fit.*mmseg\.RandomFlip"):
        PackAVSInputs()(MMCVRandomFlip(prob=1.0)(results))


def test_masks_of_no_size_of_the_image(results):
    results["gt_sounding_mask"] = np.zeros((5, 5), np.uint8)
    with pytest.raises(ValueError, match="no longer fit"):
        PackAVSInputs()(results)
