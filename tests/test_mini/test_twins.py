"""Two objects of one category: alike in all but the moments at which they move."""

import numpy as np
import pytest

from avs_mm.mini.twins import SILENT, SOUNDING, draw_twin_clip, draw_twin_picture


@pytest.fixture(scope="module")
def clip():
    return draw_twin_clip(0, 2)


def test_a_clip(clip):
    assert clip.category == 2
    assert clip.frames.shape == (30, 224, 224, 3)
    assert clip.labels.shape == (30, 224, 224)
    assert clip.sound.shape == (3 * 16_000,)
    np.testing.assert_allclose(np.diff(clip.times), 0.1)
    areas = [(clip.labels == which).sum(axis=(1, 2)) for which in (SOUNDING, SILENT)]
    assert all((area > 500).all() for area in areas)
    # Each swells at moments of its own.
    assert abs(np.corrcoef(np.diff(areas[0]), np.diff(areas[1]))[0, 1]) < 0.6
    assert all(area.max() > 1.1 * area.min() for area in areas)


def test_the_same_seed_gives_the_same_clip(clip):
    again = draw_twin_clip(0, 2)
    np.testing.assert_array_equal(again.frames, clip.frames)
    np.testing.assert_array_equal(again.sound, clip.sound)
    assert (draw_twin_clip(1, 2).frames != clip.frames).any()


def test_the_one_that_sounds_stands_on_either_side():
    """Or its place would tell it."""
    left = []
    for index in range(8):
        labels = draw_twin_clip(0, index).labels[0]
        left.append(np.nonzero(labels == SOUNDING)[1].mean() < 112)
    assert 1 <= sum(left) <= 7


def test_a_picture_of_two():
    category, image, labels = draw_twin_picture(0, 3)
    assert category == 3
    assert image.shape == (224, 224, 3)
    assert set(np.unique(labels)) == {0, SOUNDING, SILENT}
