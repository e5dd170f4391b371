"""Sound and video files: levels, times, and what is left behind after a failure."""

import wave
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from drawn_videos import turn_by_tag, write_clip

from avs_mm.media import probe_video, read_audio, read_video_frames, stream_audio, write_video


def sine(
    rate: int, *, seconds: float = 1.0, amplitude: float = 0.5, hertz: int = 440
) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def write_wav(path: Path, samples: np.ndarray, *, rate: int, width: int = 2) -> Path:
    """Write integers (N,) or (N, C) of ``width`` bytes."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(width)
        file.setframerate(rate)
        raw = samples.astype("<i8").reshape(-1, 1).view(np.uint8)[:, :width]
        file.writeframes(np.ascontiguousarray(raw).tobytes())
    return path


def write_float_sound(path: Path, channels: np.ndarray, *, rate: int) -> Path:
    """Write float sound (C, N); the suffix names the container."""
    layout = {1: "mono", 2: "stereo"}[len(channels)]
    codec = {".wav": "pcm_f32le", ".flac": "flac", ".mp4": "aac"}[path.suffix]
    form = {".wav": "flt", ".flac": "s16", ".mp4": "fltp"}[path.suffix]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.format = form
        frame = av.AudioFrame.from_ndarray(channels.astype(np.float32), "fltp", layout)
        frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def colours(number: int, *, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Frames of one grey each, ever lighter."""
    return [np.full((height, width, 3), 20 + 8 * i, np.uint8) for i in range(number)]


def assert_sine(waveform: np.ndarray, *, amplitude: float, hertz: int = 440) -> None:
    """In phase with a sine at 16 kHz that starts at the first sample, the edges apart."""
    expected = sine(16_000, seconds=len(waveform) / 16_000, amplitude=amplitude, hertz=hertz)
    inner = slice(1600, 14_000)
    np.testing.assert_allclose(waveform[inner], expected[inner], atol=0.01)


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_sine_of_any_rate_and_channel_count(tmp_path: Path, rate, channels):
    samples = np.round(sine(rate) * 32767)
    samples = np.repeat(samples[:, None], channels, axis=1)
    waveform = read_audio(write_wav(tmp_path / "sine.wav", samples, rate=rate))
    assert waveform.dtype == np.float32
    assert waveform.shape == (16_000,)
    assert_sine(waveform, amplitude=0.5)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp4"])
@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_stereo_is_the_mean_of_its_channels(tmp_path: Path, suffix, rate):
    """FFmpeg's downmix of float sound would give 0.707 of the left channel, the mean is 0.5."""
    left = sine(rate, amplitude=0.8)
    path = write_float_sound(tmp_path / f"left{suffix}", np.stack([left, 0 * left]), rate=rate)
    assert_sine(read_audio(path), amplitude=0.4)


def test_full_left_and_no_right_is_one_half(tmp_path: Path):
    samples = np.stack([np.ones(16_000), np.zeros(16_000)])
    path = write_float_sound(tmp_path / "left.wav", samples, rate=16_000)
    assert (read_audio(path) == 0.5).all()


@pytest.mark.parametrize(
    ("width", "samples", "expected"),
    [
        (1, [128, 255, 0], [0, 127 / 128, -1]),
        (2, [1, 32767, -32768], [2**-15, 1 - 2**-15, -1]),
        (3, [1, 2**23 - 1, -(2**23)], [2**-23, 1 - 2**-23, -1]),
        (4, [2**16, 2**30, -(2**31)], [2**-15, 0.5, -1]),
    ],
)
def test_every_sample_width_is_exact(tmp_path: Path, width, samples, expected):
    path = write_wav(tmp_path / "sound.wav", np.array(samples), rate=16_000, width=width)
    np.testing.assert_array_equal(read_audio(path), np.array(expected, np.float32))


def test_long_16_khz_file_is_exact(tmp_path: Path):
    samples = np.random.default_rng(0).integers(-32768, 32768, 80_000)
    waveform = read_audio(write_wav(tmp_path / "noise.wav", samples, rate=16_000))
    np.testing.assert_array_equal(waveform, (samples / 32768).astype(np.float32))


@pytest.mark.parametrize("rate", [16_000, 44_100])
def test_sound_comes_in_parts(tmp_path: Path, rate):
    path = write_float_sound(tmp_path / "long.wav", sine(rate, seconds=20)[None], rate=rate)
    parts = [*stream_audio(path)]
    assert len(parts) > 10
    assert max(map(len, parts)) < 20_000
    np.testing.assert_array_equal(np.concatenate(parts), read_audio(path))


def test_other_target_rate(tmp_path: Path):
    samples = np.round(sine(16_000) * 32767)
    path = write_wav(tmp_path / "sine.wav", samples, rate=16_000)
    assert read_audio(path, sample_rate=48_000).shape == (48_000,)


def test_video_with_sound_there_and_back(tmp_path: Path):
    path = tmp_path / "new folder" / "clip.mp4"
    write_video(path, colours(12), fps=8, audio=sine(16_000, seconds=1.5))
    info = probe_video(path)
    assert (info.width, info.height, info.num_frames) == (64, 48, 12)
    assert (info.fps, info.has_audio) == (8, True)
    assert info.duration == pytest.approx(1.5)

    times, frames = zip(*read_video_frames(path), strict=True)
    np.testing.assert_allclose(times, np.arange(12) / 8, atol=1e-6)
    assert frames[0].shape == (48, 64, 3)
    assert frames[0].dtype == np.uint8
    for frame, expected in zip(frames, colours(12), strict=True):
        np.testing.assert_allclose(frame.astype(int), expected, atol=4)

    # AAC pads its last packet, and no sample is lost or moved.
    waveform = read_audio(path)
    assert 24_000 <= len(waveform) < 24_000 + 1024
    assert_sine(waveform, amplitude=0.5)
    assert sorted(path.parent.iterdir()) == [path]


def test_red_is_red(tmp_path: Path):
    red = np.zeros((32, 32, 3), np.uint8)
    red[..., 0] = 200
    write_video(tmp_path / "red.mp4", [red] * 3, fps=5)
    _, frame = next(read_video_frames(tmp_path / "red.mp4"))
    np.testing.assert_allclose(frame.mean(axis=(0, 1)), [200, 0, 0], atol=6)


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_odd_sizes_are_padded_to_even_ones(tmp_path: Path, suffix):
    path = tmp_path / f"odd{suffix}"
    write_video(path, colours(7, height=33, width=51), fps=29.97)
    info = probe_video(path)
    assert (info.width, info.height, info.num_frames) == (52, 34, 7)
    assert info.fps == pytest.approx(29.97, abs=0.01)
    assert info.duration == pytest.approx(7 / 29.97, abs=0.04)
    assert not info.has_audio
    _, last = list(read_video_frames(path))[-1]
    np.testing.assert_allclose(last[-1].astype(int), 20 + 8 * 6, atol=4)


def test_sound_ends_with_the_pictures(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    write_video(path, colours(8), fps=8, audio=sine(16_000, seconds=3))
    assert 16_000 <= len(read_audio(path)) < 16_000 + 1024


def test_sound_and_pictures_are_interleaved(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    write_video(
        path,
        (frame for _ in range(4) for frame in colours(20)),
        fps=10,
        audio=sine(16_000, seconds=8),
    )
    latest = {"audio": 0.0, "video": 0.0}
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size:
                latest[packet.stream.type] = float(packet.dts * packet.time_base)
                assert abs(latest["audio"] - latest["video"]) < 1.5
    assert min(latest.values()) > 7.5


def test_frames_are_written_as_they_come(tmp_path: Path):
    """Of a long video only a few frames are ever held."""
    alive: set[int] = set()
    most = 0

    class Frame(np.ndarray):
        def __del__(self):
            alive.discard(id(self))

    def frames():
        nonlocal most
        for _ in range(60):
            frame = np.zeros((32, 32, 3), np.uint8).view(Frame)
            alive.add(id(frame))
            most = max(most, len(alive))
            yield frame

    write_video(tmp_path / "clip.mp4", frames(), fps=10)
    assert most <= 4


def test_sound_that_starts_late_is_preceded_by_silence(tmp_path: Path):
    path = tmp_path / "late.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=4)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for index, image in enumerate(colours(4, height=32, width=32)):
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 4)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        sound = av.AudioFrame.from_ndarray(np.full((1, 8000), 8192, np.int16), "s16", "mono")
        sound.sample_rate, sound.time_base, sound.pts = 16_000, Fraction(1, 16_000), 4000
        container.mux(audio.encode(sound))
        container.mux(audio.encode(None))
    waveform = read_audio(path)
    assert len(waveform) == 12_000
    assert (waveform[:4000] == 0).all()
    assert (waveform[4000:] == 0.25).all()


def test_rotated_video_comes_out_upright(tmp_path: Path):
    """A phone's portrait video: landscape pictures, and a tag to turn them clockwise by 90°."""
    path = tmp_path / "phone.mp4"
    image = np.zeros((32, 64, 3), np.uint8)
    image[:, :16] = 200  # the left edge, which is the top once it is turned clockwise
    write_video(path, [image] * 3, fps=5)
    turn_by_tag(path)

    info = probe_video(path)
    assert (info.width, info.height) == (32, 64)
    _, frame = next(read_video_frames(path))
    assert frame.shape == (64, 32, 3)
    assert frame[:12].mean() > 190
    assert frame[20:].mean() < 10


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_varying_rate_lasts_until_its_last_frame(tmp_path: Path, suffix):
    """The header of such an MP4 says 1.2 s, when the last frame is decoded and not yet shown."""
    path = write_clip(tmp_path / f"clip{suffix}", times=[0, 0.05, 0.5, 0.55, 1.9])
    info = probe_video(path)
    assert info.num_frames == 5
    assert info.duration == pytest.approx(1.9 + 1 / info.fps, abs=0.01)


def test_real_videos(real_data: Path):
    videos = sorted((real_data / "videos").glob("*.mp4"))
    if not videos:
        pytest.skip("AVS_REAL holds no videos/*.mp4")
    for path in videos:
        info = probe_video(path)
        frames = [frame for _, frame in read_video_frames(path)]
        assert len(frames) == info.num_frames == pytest.approx(info.duration * info.fps, abs=1)
        assert {frame.shape for frame in frames} == {(info.height, info.width, 3)}
        assert len(read_audio(path)) == pytest.approx(16_000 * info.duration, abs=1000)


@pytest.mark.parametrize("read", [read_audio, probe_video, lambda p: list(read_video_frames(p))])
def test_unreadable_files(tmp_path: Path, read):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.mp4: no such file; check"):
        read(tmp_path / "nowhere.mp4")
    for content in (b"", b"no sound, no pictures" * 100):
        path = tmp_path / "broken.mp4"
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"broken\.mp4: not readable as sound or video"):
            read(path)


def test_truncated_video(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    noise = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), np.uint8)
    write_video(path, noise, fps=5)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    fault = r"clip\.mp4: is cut short: its part 'mdat' ends at byte \d+ of \d+; copy or download"
    for read in (read_audio, probe_video, lambda path: next(read_video_frames(path))):
        with pytest.raises(ValueError, match=fault):
            read(path)


def test_half_a_wav_is_no_short_sound(tmp_path: Path):
    path = write_wav(tmp_path / "a.wav", np.ones(16_000), rate=16_000)
    path.write_bytes(path.read_bytes()[: 44 + 16_000])
    with pytest.raises(ValueError, match=r"a\.wav: is cut short: its header says 32000 bytes of s"):
        read_audio(path)


@pytest.mark.parametrize("rate", [1, 999, 2**31 - 1])
def test_a_rate_that_is_no_sounds_is_refused(tmp_path: Path, rate):
    path = write_wav(tmp_path / "a.wav", np.ones(100), rate=8000)
    content = bytearray(path.read_bytes())
    content[24:28] = rate.to_bytes(4, "little")
    path.write_bytes(content)
    fault = rf"a\.wav: its header says {rate} Hz, and sounds are of 1000 to 768000 Hz; write it"
    with pytest.raises(ValueError, match=fault):
        read_audio(path)


def write_video_from(path: Path, times: list[int]) -> Path:
    """Write a frame at each time, in seconds, and a second of sound at 0 s."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=1)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio = container.add_stream("pcm_s16le", rate=16_000, layout="mono")
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.int16), "s16", "mono")
        sound.sample_rate, sound.time_base, sound.pts = 16_000, Fraction(1, 16_000), 0
        container.mux(audio.encode(sound))
        for time in times:
            frame = av.VideoFrame.from_ndarray(colours(1, height=32, width=32)[0], "rgb24")
            frame.pts, frame.time_base = time, Fraction(1)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    return path


def test_images_that_begin_late_or_pause_for_long_are_refused(tmp_path: Path):
    late = write_video_from(tmp_path / "late.mkv", [1000, 1001])
    with pytest.raises(ValueError, match=r"late\.mkv: has no images from 0 s to 1000 s; cut them"):
        list(read_video_frames(late))
    pause = write_video_from(tmp_path / "pause.mkv", [0, 60, 121])
    frames = read_video_frames(pause)
    assert [next(frames)[0], next(frames)[0]] == [0, 60]
    with pytest.raises(ValueError, match=r"pause\.mkv: has no images from 60 s to 121 s"):
        next(frames)


def test_a_name_that_is_no_text_is_nobodys_fault(tmp_path: Path):
    path = tmp_path / "clip.mp4"
    write_video(path, colours(2), fps=5)
    content = path.read_bytes()
    assert content.count(b"Lavf") == 1
    path.write_bytes(content.replace(b"Lavf", b"\xff\xfe\xfd\xfc"))
    assert probe_video(path).num_frames == 2


def test_what_ffmpeg_does_not_foresee_is_named(tmp_path: Path, monkeypatch):
    path = write_wav(tmp_path / "a.wav", np.ones(100), rate=8_000)
    monkeypatch.setattr("avs_mm.media.audio._mean_of_channels", {}.__getitem__)
    with pytest.raises(
        ValueError, match=r"a\.wav: not readable as sound or video \(.*\); download"
    ):
        read_audio(path)


def test_files_without_the_wanted_stream(tmp_path: Path):
    write_video(tmp_path / "mute.mp4", colours(3), fps=5)
    with pytest.raises(ValueError, match=r"mute\.mp4: has no sound track"):
        read_audio(tmp_path / "mute.mp4")
    write_wav(tmp_path / "sound.wav", np.zeros(100), rate=16_000)
    with pytest.raises(ValueError, match=r"sound\.wav: has no images"):
        probe_video(tmp_path / "sound.wav")
    with pytest.raises(ValueError, match=r"sound\.wav: has no images"):
        next(read_video_frames(tmp_path / "sound.wav"))


def test_empty_and_infinite_sound(tmp_path: Path):
    write_wav(tmp_path / "empty.wav", np.zeros(0), rate=16_000)
    with pytest.raises(ValueError, match=r"empty\.wav: (its sound track is empty|not readable)"):
        read_audio(tmp_path / "empty.wav")
    broken = np.array([[0, np.nan, 0]])
    write_float_sound(tmp_path / "nan.wav", broken, rate=16_000)
    with pytest.raises(ValueError, match=r"nan\.wav: its sound holds NaN"):
        read_audio(tmp_path / "nan.wav")


def broken_frames():
    yield from colours(5)
    raise KeyError("the source broke")


@pytest.mark.parametrize(
    ("frames", "error", "message"),
    [
        ([], ValueError, "there are no frames to write"),
        ([*colours(3), *colours(1, height=32)], ValueError, r"frame 3 is uint8 \(32, 64, 3\)"),
        ([colours(1)[0] / 255], ValueError, r"frame 0 is float64"),
        ([colours(1)[0][..., 0]], ValueError, r"frame 0 is uint8 \(48, 64\)"),
        (broken_frames(), KeyError, "the source broke"),
    ],
)
def test_a_failure_leaves_the_old_file(tmp_path: Path, frames, error, message):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"old")
    with pytest.raises(error, match=message):
        write_video(path, frames, fps=5, audio=np.zeros(16_000, np.float32))
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written(tmp_path: Path):
    with pytest.raises(ValueError, match=r"clip\.txt: cannot write this kind of file"):
        write_video(tmp_path / "clip.txt", colours(1), fps=5)
    with pytest.raises(ValueError, match=r"audio must be finite and mono, \(N,\); got \(2, 9\)"):
        write_video(tmp_path / "clip.mp4", colours(1), fps=5, audio=np.zeros((2, 9)))
