import json

import numpy as np
import pytest
import torch
from drawn_videos import write_clip
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample

from avs_mm.apis import segment_video, video
from avs_mm.media import probe_video, read_audio, read_video_frames, write_video

FPS = 5
LENGTH = 2 * 16_000


class FakeInferencer:
    """Stands for an AVSInferencer: finds one object everywhere, whose score is the sound's peak."""

    classes = ("dog", "cat")
    palette = ([255, 0, 0], [0, 0, 255])
    uses_sound = True
    seconds_before = 0.0

    def __init__(self, batch_size: int = 4, fails_at: int | None = None) -> None:
        self.batch_size = batch_size
        self.fails_at = fails_at
        self.batches: list[int] = []
        self.searched = 0
        self.sounds: list[np.ndarray] = []

    def find_candidates(self, images):
        self.searched += len(images)
        return [image.shape[:2] for image in images]

    def judge_candidates(self, candidates, waveforms):
        self.batches.append(len(candidates))
        self.sounds.extend(waveforms)
        if self.fails_at is not None and len(self.sounds) > self.fails_at:
            raise ValueError("the network fails")
        return [self.predict(*pair) for pair in zip(candidates, waveforms, strict=True)]

    def predict(self, size, waveform):
        height, width = size
        score = float(np.abs(waveform).max())
        masks = torch.zeros(1, height, width, dtype=torch.bool)
        masks[:, 10:30, 20:40] = True
        sample = SegDataSample()
        sample.pred_instances = InstanceData(
            masks=masks,
            labels=torch.tensor([1]),
            scores=torch.tensor([0.75]),
            audio_scores=torch.tensor([score]),
        )
        label = 1 if score > 0.5 else 255
        sample.pred_sem_seg = PixelData(data=torch.where(masks, label, 255))
        return sample


@pytest.fixture
def sound() -> np.ndarray:
    """Two seconds of a 500 Hz tone: soft in the first second, loud in the second one."""
    time = np.arange(LENGTH) / 16_000
    return (np.where(time < 1, 0.1, 0.8) * np.sin(2 * np.pi * 500 * time)).astype(np.float32)


@pytest.fixture
def clip(tmp_path, sound):
    """Two seconds at 5 frames a second, 64x48."""
    path = tmp_path / "clip.mp4"
    frames = [np.full((48, 64, 3), 20 * index, np.uint8) for index in range(10)]
    write_video(path, frames, fps=FPS, audio=sound)
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "results" / "out.mp4"


@pytest.mark.parametrize(
    ("time", "first"), [(0.0, 0), (0.3, 0), (1.0, 0), (1.5, 8000), (2.0, 16000)]
)
def test_a_frame_gets_the_second_that_ends_in_it(time, first):
    samples = np.arange(32_000, dtype=np.float32)
    second = video.second_ending_at(samples, time)
    assert second.tolist() == list(range(first, first + 16_000))


def test_a_sound_that_has_ended_is_silence():
    second = video.second_ending_at(np.ones(20_000, np.float32), 2.0)
    assert second.shape == (16_000,)
    assert second.sum() == 4_000
    assert (second[4_000:] == 0).all()
    assert (video.second_ending_at(np.ones(20_000, np.float32), 9.0) == 0).all()


def test_the_copy_has_the_videos_size_rate_and_length(clip, out):
    inferencer = FakeInferencer(batch_size=4)
    segment_video(inferencer, clip, out, progress=False)
    info = probe_video(out)
    assert (info.width, info.height, info.num_frames, info.fps) == (64, 48, 10, FPS)
    assert inferencer.batches == [4, 4, 2]

    # Frame 7 (grey 140) is painted only where the candidate is: 0.55 * 140 + 0.45 * (0, 0, 255)
    frames = [image.astype(int) for _, image in read_video_frames(out)]
    assert frames[7][20, 30] == pytest.approx([77, 77, 192], abs=12)
    assert frames[7][20, 55] == pytest.approx([140] * 3, abs=6)
    assert frames[2][20, 30] == pytest.approx([40] * 3, abs=6)  # too soft: outlined only


def test_a_picture_that_is_shown_for_long_is_searched_once(tmp_path, out):
    late = write_clip(tmp_path / "late.mkv", seconds=22, times=[20 + i / 5 for i in range(10)])
    fps = probe_video(late).fps
    inferencer = FakeInferencer(batch_size=4)
    seconds = segment_video(inferencer, late, out, progress=False)
    assert sum(inferencer.batches) == pytest.approx(22 * fps, abs=1)  # each with its own sound
    assert inferencer.searched == 10  # pictures, of which the first is shown for 20 s
    assert len(seconds) == 22


def test_the_network_hears_the_sound_of_the_video(clip, out):
    inferencer = FakeInferencer()
    sounding = segment_video(inferencer, clip, out, progress=False)
    peaks = [np.abs(waveform).max() for waveform in inferencer.sounds]
    assert peaks[:6] == pytest.approx([0.1] * 6, abs=0.08)  # 0 to 1 s
    assert peaks[6:] == pytest.approx([0.8] * 4, abs=0.08)  # from 1.2 s on
    assert [list(second) for second in sounding] == [[], ["cat"]]
    assert sounding[1]["cat"] == pytest.approx(0.8, abs=0.08)
    assert _level(read_audio(out)[16_000:32_000]) == pytest.approx(0.8 / 2**0.5, abs=0.05)


def test_muted_is_silence_for_the_network_and_in_the_file(clip, out):
    inferencer = FakeInferencer()
    assert segment_video(inferencer, clip, out, mute=True, progress=False) == [{}, {}]
    assert np.abs(inferencer.sounds).max() == 0
    assert _level(read_audio(out)) == 0


@pytest.mark.parametrize("seconds", [0.5, 7])
def test_another_sound_is_fitted_to_the_video(tmp_path, clip, out, seconds):
    other = tmp_path / "other.mp4"
    tone = np.sin(2 * np.pi * 300 * np.arange(int(seconds * 16_000)) / 16_000) * 0.6
    still = [np.zeros((16, 16, 3), np.uint8)] * int(10 * seconds)
    write_video(other, still, fps=10, audio=tone.astype(np.float32))

    inferencer = FakeInferencer()
    sounding = segment_video(inferencer, clip, out, audio=other, progress=False)
    assert list(sounding[0]) == ["cat"]
    result = read_audio(out)
    assert len(result) == pytest.approx(LENGTH, abs=2048)
    assert _level(result[1000:7000]) == pytest.approx(0.6 / 2**0.5, abs=0.05)
    later = 0 if seconds < 1 else 0.6 / 2**0.5
    assert _level(result[20_000:30_000]) == pytest.approx(later, abs=0.05)
    assert np.abs(inferencer.sounds[-1]).max() == pytest.approx(0.6 * (seconds > 1), abs=0.1)


def test_a_video_without_sound_needs_one_or_mute(tmp_path, out):
    silent = tmp_path / "silent.mp4"
    write_video(silent, [np.zeros((48, 64, 3), np.uint8)] * 5, fps=FPS)
    with pytest.raises(ValueError, match=r"silent\.mp4: has no sound track.*--audio FILE.*--mute"):
        segment_video(FakeInferencer(), silent, out, progress=False)
    assert segment_video(FakeInferencer(), silent, out, mute=True, progress=False) == [{}]


def test_bad_requests_are_refused(clip, out):
    with pytest.raises(ValueError, match="is the video itself"):
        segment_video(FakeInferencer(), clip, clip, progress=False)
    with pytest.raises(ValueError, match="exclude each other"):
        segment_video(FakeInferencer(), clip, out, audio=clip, mute=True, progress=False)
    with pytest.raises(FileNotFoundError, match=r"nothing\.mp4"):
        segment_video(FakeInferencer(), clip.with_name("nothing.mp4"), out, progress=False)
    with pytest.raises(FileNotFoundError, match=r"nothing\.wav"):
        segment_video(FakeInferencer(), clip, out, audio="nothing.wav", progress=False)


def test_a_failure_leaves_the_old_results_and_nothing_else(clip, out):
    report = out.with_name("frames.json")
    segment_video(FakeInferencer(), clip, out, report=report, progress=False)
    before = out.read_bytes(), report.read_bytes()
    with pytest.raises(ValueError, match="the network fails"):
        segment_video(FakeInferencer(fails_at=6), clip, out, report=report, progress=False)
    assert (out.read_bytes(), report.read_bytes()) == before
    assert sorted(path.name for path in out.parent.iterdir()) == ["frames.json", "out.mp4"]


def test_the_report_holds_every_frames_candidates(clip, out):
    report = out.with_name("frames.json")
    segment_video(FakeInferencer(), clip, out, report=report, progress=False)
    frames = json.loads(report.read_text())
    assert [frame["time"] for frame in frames] == [index / 5 for index in range(10)]
    assert [frame["candidates"][0]["sounding"] for frame in frames] == [False] * 6 + [True] * 4
    last = frames[-1]["candidates"]
    assert last[0].pop("audio_score") == pytest.approx(0.8, abs=0.08)
    assert last == [{"category": "cat", "score": 0.75, "area": 400, "sounding": True}]


@pytest.mark.slow
def test_frames_stream_through(clip, out, monkeypatch):
    read, most_ahead = 0, 0
    inferencer = FakeInferencer(batch_size=4)

    def thousand_frames(path):
        nonlocal read, most_ahead
        for index in range(1000):
            read += 1
            most_ahead = max(most_ahead, read - sum(inferencer.batches))
            yield index / FPS, np.zeros((48, 64, 3), np.uint8)

    monkeypatch.setattr(video, "read_video_frames", thousand_frames)
    segment_video(inferencer, clip, out, progress=False)
    assert read == sum(inferencer.batches) == 1000
    assert most_ahead <= 5  # a batch, and the frame that ends the last one's turn


def test_frames_of_varying_rate_stay_at_their_time():
    times = [0.0, 0.1, 0.2, 0.6, 0.61, 0.62, 0.8]
    shown = list(video.at_constant_rate(zip(times, "abcdefg", strict=True), fps=10))
    assert [name for _, name in shown] == list("abccccffg")
    assert [time for time, _ in shown] == pytest.approx([index / 10 for index in range(9)])


def _level(waveform: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(waveform, dtype=np.float64))))


def test_what_came_before_the_second_is_given_too():
    sound = np.repeat(np.arange(1, 6), 16_000).astype(np.float32)
    cut = video.second_ending_at(sound, 4.0, seconds_before=2.0)
    np.testing.assert_array_equal(cut, np.repeat([2, 3, 4], 16_000))
    first = video.second_ending_at(sound, 0.2, seconds_before=2.0)  # of the first second there is
    np.testing.assert_array_equal(first, np.ones(48_000))  # no past: it is repeated
