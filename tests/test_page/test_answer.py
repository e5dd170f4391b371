import json

import numpy as np
import pytest
from pycocotools import mask as coco_mask

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.page.answer import describe_candidates, describe_categories, describe_decisions
from avs_mm.rle import encode_rle
from avs_mm.tracking import colour_of

CLASSES = ("cat", "dog")


def found(key: int, mask: np.ndarray, *, sounding: bool, score: float | None = 0.7) -> AVSObject:
    return AVSObject(
        id=key,
        category="dog" if key == 4 else "cat",
        rle=encode_rle(mask[None])[0],
        visual_score=0.9,
        audio_score=score,
        sounding=sounding,
        colour=(1, 2, 3),
    )


def encoded(time: float, masks: np.ndarray, ids: list[int]) -> EncodedFrame:
    """A frame before any sound; object 4 is a dog, the others are cats."""
    return EncodedFrame(
        time=time,
        size=masks.shape[1:],
        ids=ids,
        labels=np.array([track == 4 for track in ids], int),
        scores=np.full(len(ids), 0.9),
        rles=encode_rle(masks),
        overlaps=np.zeros((0, len(ids)), bool),
        motion=np.full(len(ids), np.nan),
    )


@pytest.fixture
def masks() -> np.ndarray:
    return np.random.default_rng(0).random((3, 12, 16)) < 0.4


@pytest.fixture
def frames(masks) -> list[Frame]:
    first = [found(4, masks[0], sounding=True)]
    second = [found(9, masks[1], sounding=True), found(4, masks[2], sounding=False, score=None)]
    return [Frame(time=0.0, size=(12, 16), objects=first), Frame(0.2, (12, 16), second)]


def test_candidates_say_nothing_of_sound(masks):
    """Object 4 is in both frames, object 9 in the second alone."""
    frames = [encoded(0.0, masks[:1], [4]), encoded(0.2, masks[1:], [9, 4])]
    told = json.loads(json.dumps(describe_candidates(frames, CLASSES)))
    assert told["size"] == [12, 16]
    assert told["times"] == [0.0, 0.2]
    assert told["objects"] == [
        {"id": 4, "category": "dog", "colour": [*colour_of(4)]},
        {"id": 9, "category": "cat", "colour": [*colour_of(9)]},
    ]
    assert [[place for place, _ in frame] for frame in told["masks"]] == [[0], [1, 0]]
    for (place, counts), mask in zip(told["masks"][1], masks[1:], strict=True):
        decoded = coco_mask.decode({"size": [12, 16], "counts": counts.encode()})
        np.testing.assert_array_equal(decoded, mask, err_msg=str(place))


def test_decisions_are_a_letter_a_frame(frames):
    assert describe_decisions(frames) == [
        {"sounding": "10", "scores": [0.7, None]},
        {"sounding": "-1", "scores": [None, 0.7]},
    ]


def test_large_masks_are_reduced():
    mask = np.zeros((1080, 1920), bool)
    mask[200:600, 400:1000] = True
    told = describe_candidates([encoded(0.0, mask[None], [4])], CLASSES)
    assert told["size"] == (540, 960)
    rle = {"size": [540, 960], "counts": told["masks"][0][0][1].encode()}
    np.testing.assert_array_equal(coco_mask.decode(rle), mask[::2, ::2])


def test_a_video_without_objects():
    told = describe_candidates([encoded(0.0, np.zeros((0, 12, 16), bool), [])], CLASSES)
    assert told["objects"] == []
    assert told["masks"] == [[]]
    assert describe_decisions([Frame(0.0, (12, 16), [])]) == []


def test_the_highest_categories_come_first():
    scores = np.array([[0.1, 0.02, 0.4], [0.9, 0.03, 0.2]])
    assert describe_categories(scores, ["a", "b", "c"]) == [
        {"category": "a", "scores": [0.1, 0.9]},
        {"category": "c", "scores": [0.4, 0.2]},
    ]
    many = describe_categories(np.full((1, 20), 0.5), [str(k) for k in range(20)])
    assert [row["category"] for row in many] == [str(k) for k in range(8)]
    assert describe_categories(np.zeros((0, 2)), ["a", "b"]) == []
