"""What is counted in a picture of two objects of a category."""

import numpy as np
import pytest

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.experiments.twin_clips import Pictures, judge_picture
from avs_mm.mini.twins import SILENT, SOUNDING
from avs_mm.rle import encode_rle

LABELS = np.zeros((20, 40), np.uint8)
LABELS[5:15, 2:12] = SOUNDING
LABELS[5:15, 25:35] = SILENT
BOTH_IN_ONE = LABELS > 0


def judge(*found: tuple[np.ndarray, float, bool]) -> Pictures:
    objects = [
        AVSObject(
            id=number,
            category="drum",
            rle=encode_rle(mask[None])[0],
            visual_score=0.9,
            audio_score=score,
            sounding=sounding,
            label=2,
        )
        for number, (mask, score, sounding) in enumerate(found)
    ]
    pictures = Pictures([], [], [])
    judge_picture(Frame(time=0.0, size=(20, 40), objects=objects), LABELS, 2, pictures)
    return pictures


RIGHT, WRONG = LABELS == SOUNDING, LABELS == SILENT


@pytest.mark.parametrize(
    ("found", "both", "right", "ap"),
    [
        ([(RIGHT, 0.9, True), (WRONG, 0.2, False)], True, True, 1.0),
        ([(RIGHT, 0.2, False), (WRONG, 0.9, True)], True, False, 0.5),
        ([(RIGHT, 0.9, True), (WRONG, 0.9, True)], True, False, 1.0),
        ([(BOTH_IN_ONE, 0.9, True)], False, False, 0.0),  # IoU 0.5 with either
        ([(WRONG, 0.9, True)], False, False, 0.0),
        ([], False, False, 0.0),
    ],
    ids=["right", "wrong", "both marked", "one mask of both", "missed", "nothing"],
)
def test_a_picture(found, both, right, ap):
    pictures = judge(*found)
    assert (pictures.both, pictures.right) == ([both], [right])
    assert pictures.row()[0] == pytest.approx(ap)
