import numpy as np

from avs_mm.rle import encode_rle
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
    assert tracker.update(0.8, [], []) == []
    assert tracker.update(1.1, [0], squares(2)) == [2]


def test_objects_of_the_frame_before_are_known_however_far_apart_frames_are():
    tracker = Tracker(memory=0.5)
    assert tracker.update(0.0, [0, 1], squares(0, 50)) == [1, 2]
    assert tracker.update(1.0, [0], squares(2)) == [1]
    assert tracker.update(2.0, [0, 1], squares(4, 50)) == [1, 3]  # a frame without it lies between


def test_an_object_that_moves_while_it_is_hidden_is_known_again():
    tracker = Tracker()
    for step in range(3):  # half its width in 0.1 s
        assert tracker.update(step / 10, [0], squares(5 * step)) == [1]
    assert tracker.update(0.6, [0], squares(30)) == [1]
    assert Tracker().update(0, [0], squares(0)) == [1]  # a new video


def test_an_object_elsewhere_is_another():
    tracker = Tracker()
    tracker.update(0.0, [0], squares(0))
    assert tracker.update(0.1, [0], squares(80)) == [2]


def test_embeddings_tell_objects_apart_that_cross():
    looks = np.eye(4)
    for use, expected in ((True, [2, 1]), (False, [1, 2])):
        tracker = Tracker(use_embeddings=use)
        tracker.update(0.0, [0, 0], squares(30, 36), looks[:2])
        assert tracker.update(0.1, [0, 0], squares(32, 35), looks[1::-1]) == expected
