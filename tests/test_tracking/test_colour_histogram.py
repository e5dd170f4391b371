import numpy as np
import pytest

from avs_mm.media import read_video_frames
from avs_mm.rle import encode_rle
from avs_mm.tracking import Tracker, colour_histogram
from avs_mm.tracking.colour_histogram import histogram_distance


def plain(*colour: int, size: tuple[int, int] = (48, 64)) -> np.ndarray:
    return np.full((*size, 3), colour, np.uint8)


def test_the_part_of_the_pixels_of_another_colour():
    half = plain(200, 0, 0)
    half[:24] = 0
    first, second = colour_histogram(plain(200, 0, 0)), colour_histogram(half)
    assert first.sum() == second.sum() == pytest.approx(1)
    assert histogram_distance(first, first) == 0
    assert histogram_distance(first, second) == pytest.approx(0.5)
    assert histogram_distance(first, colour_histogram(plain(0, 0, 250, size=(3, 5)))) == 1


@pytest.mark.parametrize(
    ("distance", "second", "ids"),
    [(0.4, (0, 0, 250), [2]), (0.4, (200, 0, 0), [1]), (None, (0, 0, 250), [1])],
)
def test_no_identity_is_carried_over_a_hard_cut(distance, second, ids):
    """The object of the second scene has the place and the category of that of the first."""
    tracker = Tracker(cut_distance=distance)
    rles = encode_rle(np.ones((1, 8, 8), bool))
    scenes = [colour_histogram(plain(*colour)) for colour in ((200, 0, 0), second)]
    assert tracker.update(0.0, [3], rles, None, scenes[0]) == [1]
    assert tracker.update(0.2, [3], rles, None, scenes[1]) == ids
    assert tracker.update(0.4, [3], rles, None, scenes[1]) == ids


def test_real_clips_have_no_cuts_within_and_cuts_between_them(real_data):
    clips = [
        [colour_histogram(image) for _, image in read_video_frames(path)]
        for path in sorted((real_data / "videos").glob("*.mp4"))
    ]
    for place, clip in enumerate(clips):
        within = max(map(histogram_distance, clip, clip[6:]))  # half a second and more
        between = [histogram_distance(clip[-1], other[0]) for other in clips[:place]]
        assert within < 0.2
        assert min(between, default=1) > 0.5
