from pathlib import Path

import numpy as np
import pytest

from avs_mm.apis.video import second_ending_at
from avs_mm.apis.video_sound import SoundWindows, sound_chunks, window_end
from avs_mm.media import VideoInfo

SILENT = VideoInfo(width=8, height=8, fps=5.0, duration=2.0, num_frames=10, has_audio=False)


@pytest.mark.parametrize("before", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("length", [3_000, 40_000, 90_000])
def test_windows_are_those_of_the_whole_sound(before, length):
    sound = np.arange(length, dtype=np.float32)
    windows = SoundWindows(np.array_split(sound, 7), seconds_before=before)
    for time in (0.0, 0.4, 1.0, 1.7, 1.7, 4.2, 9.0):
        expected = second_ending_at(sound, time, seconds_before=before)
        np.testing.assert_array_equal(windows.ending_at(time), expected)


def test_little_of_a_sound_is_held():
    windows = SoundWindows(np.zeros(1000, np.float32) for _ in range(2000))
    for time in range(1, 120):
        windows.ending_at(time)
        assert len(windows.held) <= 17_000
    with pytest.raises(ValueError, match="in order"):
        windows.ending_at(3)


@pytest.mark.parametrize(
    ("time", "every", "end"),
    [
        (0.0, 1.0, 1.0),
        (1.0, 1.0, 1.0),
        (1.2, 1.0, 2.0),
        (1.2, None, 1.2),
        (1.2, 0.5, 1.5),
        (4.9, 1.0, 4.95),
        (0.2, 0.1, 1.0),
    ],
)
def test_a_frame_is_judged_by_the_next_second_that_ends(time, every, end):
    assert window_end(time, every=every, duration=4.95) == pytest.approx(end)


def test_a_sound_is_cut_to_the_video():
    (chunk,) = sound_chunks(Path("a.mp4"), SILENT, np.full(50_000, 2.0))
    assert chunk.shape == (32_000,)
    assert chunk.dtype == np.float32
    assert chunk.max() == 1


@pytest.mark.parametrize(
    ("sound", "message"),
    [
        (None, r"a\.mp4: has no sound track; give a sound"),
        (np.zeros((2, 16_000)), r"mono waveform of floats at 16 kHz, \(N,\), not float64 \(2, 16"),
        (np.zeros(16_000, np.int16), "not int16"),
        (np.array([0.0, np.nan]), "NaN"),
    ],
)
def test_sounds_of_another_form_are_refused(sound, message):
    with pytest.raises(ValueError, match=message):
        list(sound_chunks(Path("a.mp4"), SILENT, sound))
