import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.visualization import draw_candidates, draw_objects, sounding_candidates

RED, BLUE = [255, 0, 0], [0, 0, 255]


@pytest.fixture
def grey() -> np.ndarray:
    return np.full((120, 160, 3), 100, np.uint8)


def sample_of(*, audio_scores: list[float] | None, sounding: list[bool]) -> SegDataSample:
    """Two squares of 40 pixels: category 0 on the left, category 1 on the right."""
    masks = torch.zeros(2, 120, 160, dtype=torch.bool)
    masks[0, 40:80, 20:60] = True
    masks[1, 40:80, 100:140] = True
    category_map = torch.full((1, 120, 160), 255)
    for label, sounds in enumerate(sounding):
        if sounds:
            category_map[0, masks[label]] = label
    candidates = InstanceData(masks=masks, labels=torch.tensor([0, 1]), scores=torch.ones(2))
    if audio_scores is not None:
        candidates.audio_scores = torch.tensor(audio_scores)
    sample = SegDataSample()
    sample.pred_instances = candidates
    sample.pred_sem_seg = PixelData(data=category_map)
    return sample


@pytest.mark.parametrize("sounding", [[True, False], [False, True], [True, True], [False, False]])
def test_a_candidate_sounds_where_the_map_has_its_category(sounding):
    sample = sample_of(audio_scores=[0.9, 0.9], sounding=sounding)
    assert sounding_candidates(sample) == sounding


def test_no_candidates_leave_the_image_as_it_is(grey):
    sample = SegDataSample()
    sample.pred_instances = InstanceData(
        masks=torch.zeros(0, 120, 160, dtype=torch.bool),
        labels=torch.zeros(0, dtype=torch.long),
        scores=torch.zeros(0),
    )
    sample.pred_sem_seg = PixelData(data=torch.full((1, 120, 160), 255))
    drawn = draw_candidates(grey, sample, classes=["dog", "cat"], palette=[RED, BLUE])
    assert (drawn == grey).all()


def test_sounding_is_painted_and_silent_is_only_outlined(grey):
    sample = sample_of(audio_scores=[0.97, 0.02], sounding=[True, False])
    drawn = draw_candidates(grey, sample, classes=["dog", "cat"], palette=[RED, BLUE])

    # Inside the sounding square: 0.55 of the image, 0.45 of the colour
    assert drawn[60, 40].tolist() == [170, 55, 55]
    assert drawn[60, 20].tolist() == RED  # its contour
    assert (drawn[24:38, 30:50] == RED).all(axis=-1).any()  # the ground of its label

    # Inside the silent one nothing changes, and no label stands above it
    assert (drawn[45:75, 105:135] == 100).all()
    red, _, blue = drawn[60, 100].tolist()
    assert (red, blue) == pytest.approx((115, 230), abs=25)  # the outline, paler than its colour
    assert (drawn[:38, 95:] == 100).all()
    assert (grey == 100).all()


def test_dark_colours_are_brightened(grey):
    mask = np.ones((1, 120, 160), bool)
    drawn = draw_objects(grey, mask, names=[""], colours=[[128, 0, 64]], filled=[True], opacity=1.0)
    assert drawn[60, 60].tolist() == [181, 0, 128]  # the root of channel / 255


def test_small_objects_are_painted_over_large_ones(grey):
    masks = np.zeros((2, 120, 160), bool)
    masks[0, 50:70, 60:80] = True
    masks[1, 20:110, 20:140] = True
    drawn = draw_objects(
        grey, masks, names=["", ""], colours=[RED, BLUE], filled=[True, True], opacity=1.0
    )
    assert drawn[60, 70].tolist() == RED
    assert drawn[30, 30].tolist() == BLUE


def test_labels_of_one_place_stand_below_each_other(grey):
    masks = np.zeros((2, 120, 160), bool)
    masks[:, 40:80, 60:100] = True
    drawn = draw_objects(
        grey, masks, names=["dog", "cat"], colours=[RED, BLUE], filled=[True, True], opacity=0.0
    )
    red_rows = np.flatnonzero((drawn[:, 66:94] == RED).all(axis=-1).sum(axis=1) > 8)
    blue_rows = np.flatnonzero((drawn[:, 66:94] == BLUE).all(axis=-1).sum(axis=1) > 8)
    assert len(red_rows) > 5
    assert blue_rows.min() > red_rows.min()
    assert red_rows.min() >= 20


def test_silent_candidates_can_be_labelled_too(grey):
    sample = sample_of(audio_scores=[0.97, 0.02], sounding=[False, False])
    names = {"classes": ["dog", "cat"], "palette": [RED, BLUE]}
    for label_silent in (False, True):
        drawn = draw_candidates(grey, sample, **names, label_silent=label_silent)
        for half in (drawn[:38, :80], drawn[:38, 80:]):
            dark = (half == (20, 20, 20)).all(axis=-1).sum()  # the ground of a silent label
            assert (dark > 100) == label_silent


def test_a_model_without_candidates_has_its_binary_mask_painted(grey):
    sample = SegDataSample()
    sample.pred_sem_seg = PixelData(data=torch.zeros(1, 120, 160, dtype=torch.long))
    sample.pred_sem_seg.data[:, 40:80, 20:60] = 1
    drawn = draw_candidates(grey, sample, classes=[], palette=[])
    expected = np.rint(0.55 * 100 + 0.45 * np.array([255, 212, 0]))  # the root of (255, 176, 0)
    assert (drawn[60, 40] == expected).all()
    assert (drawn[60, 100] == 100).all()


def test_masks_are_brought_to_the_size_of_the_image(grey):
    masks = np.zeros((1, 30, 40), bool)
    masks[0, 10:20, 5:15] = True
    drawn = draw_objects(grey, masks, names=[""], colours=[RED], filled=[True], opacity=1.0)
    assert (drawn[41:79, 21:59] == RED).all()
    assert (drawn[:36] == 100).all()
