from types import SimpleNamespace

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from pycocotools.mask import decode

from avs_mm.apis.encoded_frames import encode_frames
from avs_mm.apis.moved_masks import move_masks
from avs_mm.tracking import Tracker


def scene(left: int, *, height: int = 96, width: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """A textured square of 40 pixels on a textured ground, and its mask."""
    random = np.random.default_rng(0)
    ground = np.kron(random.integers(0, 120, (12, 20, 3)), np.ones((8, 8, 1)))
    square = np.kron(random.integers(100, 256, (10, 10, 3)), np.ones((4, 4, 1)))
    image = ground[:height, :width].astype(np.uint8)
    mask = np.zeros((height, width), bool)
    image[20:60, left : left + 40] = square
    mask[20:60, left : left + 40] = True
    return image, mask


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / (one | other).sum())


def test_masks_follow_their_object():
    (origin, mask), (image, truth) = scene(40), scene(52)
    assert overlap(mask, truth) == pytest.approx(28 / 52)
    moved, ground = move_masks(np.stack([mask, ~mask]), origin, image)
    assert overlap(moved, truth) > 0.85
    assert overlap(ground, ~truth) > 0.9
    (still,) = move_masks(mask[None], origin, origin)
    assert overlap(still, mask) > 0.99


def test_large_pictures_are_reduced_for_the_flow():
    (origin, mask), (image, truth) = scene(40), scene(52)
    origin, image = (np.kron(one, np.ones((10, 10, 1), np.uint8)) for one in (origin, image))
    mask, truth = (np.kron(one, np.ones((10, 10), bool)) for one in (mask, truth))
    (moved,) = move_masks(mask[None], origin, image)
    assert moved.shape == (960, 1600)
    assert overlap(moved, truth) > 0.85


@pytest.mark.parametrize("size", [(1, 1), (8, 300), (16, 16), (17, 31), (48, 64)])
def test_any_size(size):
    image = np.random.default_rng(0).integers(0, 256, (*size, 3), dtype=np.uint8)
    masks = np.ones((2, *size), bool)
    assert move_masks(masks, image, image).shape == (2, *size)
    assert move_masks(masks[:0], image, image).shape == (0, *size)


def test_frames_between_take_moved_masks():
    pictures = {time: scene(40 + 3 * time) for time in range(7)}

    def find(images):
        masks = [next(mask for one, mask in pictures.values() if one is image) for image in images]
        return [
            InstanceData(
                masks=torch.from_numpy(mask[None]),
                labels=torch.tensor([2]),
                scores=torch.tensor([0.9]),
            )
            for mask in masks
        ]

    inferencer = SimpleNamespace(batch_size=2, find_candidates=find)

    def carried(carry):
        frames = ((time, image, time % 3 == 0) for time, (image, _) in pictures.items())
        found = list(encode_frames(inferencer, frames, Tracker(), carry=carry))
        assert [frame.time for frame in found] == list(range(7))
        assert [frame.carried for frame in found] == [time % 3 != 0 for time in range(7)]
        return [decode(frame.rles[0]).astype(bool) for frame in found]

    truth = [mask for _, mask in pictures.values()]
    stay, move = carried(True), carried("flow")
    for time in (1, 2, 4, 5):
        assert overlap(stay[time], truth[time]) == pytest.approx(37 / 43)
        assert overlap(move[time], truth[time]) > 0.94
    with pytest.raises(ValueError, match="carry is False, True or \"flow\", not 'near'"):
        next(encode_frames(inferencer, [], Tracker(), carry="near"))
