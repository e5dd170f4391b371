"""Every kind of video that people have is segmented, or refused in one sentence."""

import numpy as np
import pytest
from drawn_videos import write_clip

from avs_mm.apis.frame_times import frames_every
from avs_mm.apis.video_sound import SoundWindows, sound_chunks, window_end
from avs_mm.media import probe_video, read_video_frames

KINDS = {
    "two seconds": ({}, (10, (48, 64))),
    "half a second": (dict(seconds=0.6), (3, (48, 64))),
    "varying rate": (dict(times=[0, 0.05, 0.5, 0.55, 1.9]), (5, (48, 64))),
    "stereo at 44.1 kHz": (dict(rate=44_100, channels=2), (10, (48, 64))),
    "HEVC": (dict(codec="libx265"), (10, (48, 64))),
    "ten bits": (dict(pix_fmt="yuv420p10le"), (10, (48, 64))),
    "odd sizes": (dict(size=(47, 63), pix_fmt="yuv444p"), (10, (47, 63))),
}


def read(path, *, every=None):
    """What stream() reads of a video: frames that are due, and the second that ends in each."""
    info = probe_video(path)
    frames = [
        (time, image) for time, image, due in frames_every(read_video_frames(path), every) if due
    ]
    windows = SoundWindows(sound_chunks(path, info, None))
    seconds = [
        windows.ending_at(window_end(time, every=1.0, duration=info.duration)) for time, _ in frames
    ]
    return frames, seconds


@pytest.mark.parametrize("kind", KINDS)
def test_frames_and_seconds_of(kind, tmp_path):
    arguments, (number, size) = KINDS[kind]
    frames, seconds = read(write_clip(tmp_path / "clip.mp4", **arguments))
    assert len(frames) == number
    assert {image.shape for _, image in frames} == {(*size, 3)}
    for place, (_, image) in enumerate(frames):
        assert image.mean() == pytest.approx(20 + 20 * (place % 10), abs=4)
    level = np.abs(seconds[-1][:8000]).max()
    assert level == pytest.approx(0.5, abs=0.12)


def test_frames_of_a_varying_rate_every_half_second(tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", times=[0, 0.05, 0.5, 0.55, 1.9])
    frames, _ = read(clip, every=0.5)
    assert [round(time, 3) for time, _ in frames] == [0, 0.5, 1.9]


def test_what_is_no_video_is_refused(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("not a video")
    with pytest.raises(ValueError, match=r"text\.mp4: not readable as sound or video"):
        read(text)
    with pytest.raises(ValueError, match=r"silent\.mp4: has no sound track; give a sound"):
        read(write_clip(tmp_path / "silent.mp4", rate=None))
    with pytest.raises(ValueError, match=r"sound\.mp4: has no images; give a video"):
        read(write_clip(tmp_path / "sound.mp4", images=False))
