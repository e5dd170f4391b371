"""A picture that is shown for long is searched once, whatever the batches are."""

from itertools import groupby

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avs_mm.apis.repeated_pictures import find_in_new_pictures


@given(
    shown=st.lists(st.integers(0, 2), max_size=20),
    batch=st.integers(1, 5),
    copied=st.booleans(),
)
def test_each_picture_is_searched_when_it_comes(shown, batch, copied):
    pictures = [np.full((2, 3, 3), number, np.uint8) for number in range(3)]
    images = [pictures[number].copy() if copied else pictures[number] for number in shown]
    searched: list[int] = []

    def find(new: list[np.ndarray]) -> list[str]:
        assert new
        searched.extend(int(image[0, 0, 0]) for image in new)
        return [f"what {image[0, 0, 0]} shows" for image in new]

    found, before = [], None
    for start in range(0, len(images), batch):
        part = images[start : start + batch]
        found += find_in_new_pictures(part, find, before=before)
        before = part[-1], found[-1]
    assert found == [f"what {number} shows" for number in shown]
    assert searched == [number for number, _ in groupby(shown)]


def test_a_picture_of_another_size_is_another_one():
    images = [np.zeros((2, 3, 3), np.uint8), np.zeros((3, 2, 3), np.uint8)]
    assert find_in_new_pictures(images, lambda new: [image.shape for image in new]) == [
        (2, 3, 3),
        (3, 2, 3),
    ]
