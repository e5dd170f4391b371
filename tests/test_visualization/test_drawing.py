import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.visualization import draw_candidates, draw_objects, draw_sound, sounding_candidates

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


def test_no_candidates_leave_the_picture_as_it_is(grey):
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

    # Inside the sounding square: 0.55 of the picture, 0.45 of the colour
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


@pytest.mark.parametrize(("height", "strip"), [(120, 18), (224, 22), (480, 48)])
def test_silence_is_a_line_in_the_middle_of_the_strip(height, strip):
    image = np.full((height, 300, 3), 100, np.uint8)
    drawn = draw_sound(image, np.zeros(16000, np.float32), time=2.4)
    assert (drawn[: height - strip] == 100).all()
    assert (drawn[height - strip, :100] == 35).all()
    blue = (drawn == (120, 200, 255)).all(axis=-1)
    assert blue[:, :100].sum(axis=0).tolist() == [1] * 100
    assert np.flatnonzero(blue[:, 0]).item() in (height - strip // 2 - 1, height - strip // 2)


def test_amplitudes_are_drawn_as_their_square_root():
    image = np.zeros((480, 854, 3), np.uint8)
    waveform = np.zeros(16000, np.float32)
    waveform[:8000:2], waveform[1:8000:2] = 0.25, -0.25
    drawn = draw_sound(image, waveform, time=1.0)
    heights = (drawn == (120, 200, 255)).all(axis=-1).sum(axis=0)
    # The strip is 48 high, a full amplitude reaches 22 from its middle, a quarter of it 11.
    assert heights[100] == pytest.approx(22, abs=1)
    assert heights[600] == 1


def test_the_time_is_written_on_the_right():
    image = np.zeros((224, 224, 3), np.uint8)
    early, late = (draw_sound(image, np.zeros(16000), time=time) for time in (1.5, 3.7))
    changed = np.argwhere((early != late).any(axis=-1))
    assert len(changed) > 20
    assert changed[:, 0].min() >= 202
    assert changed[:, 1].min() >= 180
