"""Motion energy of masks."""

import numpy as np

from avs_mm.tracking import MotionMeter


def picture(left: int) -> np.ndarray:
    """A white square on grey."""
    image = np.full((64, 96, 3), 90, np.uint8)
    image[20:40, left : left + 20] = 255
    return image


MASKS = np.zeros((2, 64, 96), bool)
MASKS[0, 20:40, 10:40] = True
MASKS[1, 20:40, 60:80] = True


def test_what_moves_has_energy_and_what_stands_has_none():
    meter = MotionMeter()
    assert np.isnan(meter.update(picture(10), MASKS)).all()
    moved = meter.update(picture(14), MASKS)
    assert moved[0] > 20
    assert abs(moved[1]) < 1e-6
    np.testing.assert_allclose(meter.update(picture(14), MASKS), 0)


def test_what_changes_everywhere_is_the_camera():
    meter = MotionMeter()
    meter.update(picture(10), MASKS)
    brighter = np.clip(picture(14).astype(int) + 30, 0, 255).astype(np.uint8)
    moved = meter.update(brighter, MASKS)
    assert abs(moved[1]) < 1e-6
    assert moved[0] > 10


def test_frames_without_masks_and_of_another_size():
    meter = MotionMeter()
    assert meter.update(picture(10), MASKS[:0]).shape == (0,)
    assert meter.update(picture(12), MASKS[:0]).shape == (0,)
    assert np.isnan(meter.update(picture(12)[:32], MASKS[:, :32])).all()
