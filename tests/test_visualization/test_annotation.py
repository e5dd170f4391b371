"""The truth is painted: what sounds filled, what is silent outlined, at the image's size."""

import numpy as np
import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.visualization import draw_annotation, draw_category_map

RED, BLUE = [255, 0, 0], [0, 0, 255]
ORANGE = [255, 212, 0]  # the root of (255, 176, 0)
NAMES = {"classes": ["cat", "dog"], "palette": [RED, BLUE]}
SIZE = (40, 80)
LEFT, RIGHT = (100, 45), (100, 205)  # inside the cat and the dog of an image of 125 x 250


def region(category: int) -> np.ndarray:
    """The cat on the left or the dog on the right, bool (40, 80)."""
    mask = np.zeros(SIZE, bool)
    mask[20:38, 6 + 48 * category : 26 + 48 * category] = True
    return mask


def category_map(category: int) -> np.ndarray:
    return np.where(region(category), category, 255)


@pytest.fixture
def sample() -> SegDataSample:
    """A cat that sounds beside a dog that does not."""
    sample = SegDataSample(metainfo={"ori_shape": SIZE})
    for field, data in {
        "gt_sounding_mask": region(0).astype(np.uint8),
        "gt_sem_seg": category_map(0),
        "gt_silent_map": category_map(1),
    }.items():
        sample.set_data({field: PixelData(data=torch.from_numpy(data)[None])})
    return sample


@pytest.fixture
def grey() -> np.ndarray:
    return np.full((125, 250, 3), 100, np.uint8)


def is_painted(drawn: np.ndarray, place: tuple[int, int], colour: list[int], paint=0.45) -> bool:
    expected = np.rint((1 - paint) * 100 + paint * np.array(colour))
    return bool((drawn[place] == expected).all())


def test_what_sounds_is_filled_and_what_is_silent_outlined(grey, sample):
    drawn = draw_annotation(grey, sample, **NAMES)
    assert is_painted(drawn, LEFT, RED)
    assert (drawn[RIGHT] == 100).all()
    assert (drawn != 100).any(axis=-1)[:, 160:].sum() > 100  # outline and label
    assert (grey == 100).all()


def test_without_labels_nothing_stands_above_the_objects(grey, sample):
    above = slice(0, 60)
    assert (draw_annotation(grey, sample, **NAMES)[above] != 100).any()
    assert (draw_annotation(grey, sample, **NAMES, labelled=False)[above] == 100).all()


def test_a_mask_of_no_known_category_has_a_colour_of_its_own(grey, sample):
    del sample.gt_sem_seg, sample.gt_silent_map
    drawn = draw_annotation(grey, sample, **NAMES)
    assert is_painted(drawn, LEFT, ORANGE)
    assert (drawn[:, 160:] == 100).all()


def test_a_sample_without_annotation_leaves_the_image_as_it_is(grey):
    sample = SegDataSample(metainfo={"ori_shape": SIZE})
    assert (draw_annotation(grey, sample, **NAMES) == 100).all()


def test_a_category_map_is_painted_at_the_images_size(grey):
    labels = np.where(region(1), 254, category_map(0)).astype(np.uint8)  # the dog is unknown
    drawn = draw_category_map(grey, labels, **NAMES, opacity=0.55)
    assert is_painted(drawn, LEFT, RED, paint=0.55)
    assert is_painted(drawn, RIGHT, ORANGE, paint=0.55)
    empty = np.full(SIZE, 255, np.uint8)
    assert (draw_category_map(grey, empty, **NAMES) == 100).all()
