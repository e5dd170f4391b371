import numpy as np

from avs_mm.apis.frame import encode_rle
from avs_mm.tracking import Tracker


def squares(*lefts: int) -> list[dict]:
    masks = np.zeros((len(lefts), 20, 100), bool)
    for mask, left in zip(masks, lefts, strict=True):
        mask[5:15, left : left + 10] = True
    return encode_rle(masks)


def test_objects_keep_their_ids_whatever_their_order():
    tracker = Tracker()
    assert tracker.update(0.0, [0, 0], squares(0, 50)) == [1, 2]
    assert tracker.update(0.1, [0, 0], squares(53, 2)) == [2, 1]
    assert tracker.update(0.2, [0, 1], squares(4, 56)) == [1, 3]  # another category


def test_an_occlusion_of_half_a_second_is_survived():
    tracker = Tracker()
    tracker.update(0.0, [0], squares(0))
    assert tracker.update(0.2, [], []) == []
    assert tracker.update(0.5, [0], squares(2)) == [1]
    assert tracker.update(1.1, [0], squares(2)) == [2]
