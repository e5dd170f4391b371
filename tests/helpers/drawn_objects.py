"""Frames with two objects that no network has found."""

import numpy as np

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.rle import encode_rle


def mask(left: int) -> np.ndarray:
    filled = np.zeros((48, 64), bool)
    filled[10:30, left : left + 20] = True
    return filled


def drawn_frames() -> list[Frame]:
    """Six frames at 6 a second: a dog that moves and sounds from frame 2 on, a silent cat."""
    made = []
    for place in range(6):
        rles = encode_rle(np.array([mask(2 * place), mask(40)]))
        dog = AVSObject(1, "dog", rles[0], 0.9, 0.25 + 0.1 * place, place >= 2, label=1)
        cat = AVSObject(2, "cat", rles[1], 0.8, 0.125, False, label=0)
        image = np.full((48, 64, 3), (200, 40, 20 * place), np.uint8)
        shown = [dog, cat] if place != 3 else [dog]
        made.append(Frame(time=place / 6, size=(48, 64), objects=shown, image=image))
    return made
