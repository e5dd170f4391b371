"""LoadSoundingMask: sizes, labels and fields."""

from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets import LoadSoundingMask

MASK = np.array([[0, 255, 255], [0, 0, 255]], np.uint8)


@pytest.fixture
def sample(tmp_path: Path, write_image) -> dict:
    write_image(tmp_path / "mask.png", MASK)
    return dict(
        img_path="image.png",
        img=np.zeros((2, 3, 3), np.uint8),
        seg_map_path=str(tmp_path / "mask.png"),
        clip="clip",
        subset="s4",
        seg_fields=[],
        label_table={1: 0, 2: 1},
        silent_table={1: 0, 2: 1},
    )


def test_mask_alone(sample):
    results = LoadSoundingMask()(sample)
    np.testing.assert_array_equal(results["gt_sounding_mask"], MASK // 255)
    assert results["seg_fields"] == ["gt_sounding_mask"]


def test_mask_of_a_category(sample):
    results = LoadSoundingMask()({**sample, "category": 4})
    np.testing.assert_array_equal(results["gt_seg_map"], [[255, 4, 4], [255, 255, 4]])
    assert results["gt_seg_map"].dtype == np.uint8
    assert results["seg_fields"] == ["gt_sounding_mask", "gt_seg_map"]


def test_label_map(sample, tmp_path: Path, write_image):
    write_image(tmp_path / "mask.png", np.array([[0, 1, 2], [0, 0, 2]], np.uint8))
    results = LoadSoundingMask()({**sample, "subset": "avss"})
    np.testing.assert_array_equal(results["gt_sounding_mask"], MASK // 255)
    np.testing.assert_array_equal(results["gt_seg_map"], [[255, 0, 1], [255, 255, 1]])


def test_label_without_a_category(sample, tmp_path: Path, write_image):
    write_image(tmp_path / "mask.png", np.array([[0, 1, 7], [0, 0, 7]], np.uint8))
    with pytest.raises(ValueError, match=r"mask\.png: its labels \[7\] belong to no category"):
        LoadSoundingMask()({**sample, "subset": "avss"})


def test_semantic_labels_under_an_ms3_mask(sample, tmp_path: Path, write_image):
    path = tmp_path / "semantic.png"
    write_image(path, np.array([[1, 1, 0], [2, 2, 2]], np.uint8))
    results = LoadSoundingMask()({**sample, "subset": "ms3", "semantic_map_path": str(path)})
    np.testing.assert_array_equal(results["gt_sounding_mask"], MASK // 255)
    assert results["gt_seg_map"][0, 1] == 0
    assert results["gt_seg_map"][1].tolist() == [255, 255, 1]
    assert results["gt_seg_map"][0, 2] in (0, 1)


def test_semantic_labels_that_disagree(sample, tmp_path: Path, write_image):
    path = tmp_path / "semantic.png"
    write_image(path, np.zeros((2, 3), np.uint8))
    with pytest.raises(ValueError, match=r"mask\.png and .*semantic\.png disagree.*clip clip out"):
        LoadSoundingMask()({**sample, "subset": "ms3", "semantic_map_path": str(path)})


def test_silent_map(sample, tmp_path: Path, write_image):
    path = tmp_path / "silent.png"
    write_image(path, np.array([[2, 0, 0], [0, 0, 0]], np.uint8))
    results = LoadSoundingMask()({**sample, "silent_map_path": str(path)})
    np.testing.assert_array_equal(results["gt_silent_map"], [[1, 255, 255], [255, 255, 255]])
    assert results["seg_fields"] == ["gt_sounding_mask", "gt_silent_map"]


@pytest.mark.parametrize("loaded", [dict(), dict(ori_shape=(4, 5))])
def test_mask_of_another_size(sample, loaded):
    results = {**sample, "img": np.zeros((4, 5, 3), np.uint8), **loaded}
    with pytest.raises(ValueError, match=r"mask\.png is 3x2, but its image image\.png is 5x4"):
        LoadSoundingMask()(results)


def test_a_resized_picture_is_judged_by_its_own_size(sample):
    results = {**sample, "img": np.zeros((8, 12, 3), np.uint8), "ori_shape": (2, 3)}
    assert LoadSoundingMask()(results)["gt_sounding_mask"].shape == (2, 3)
