"""The command on every kind of video that people have: results, or one sentence."""

import csv

import pytest
from drawn_videos import turn_by_tag, write_clip
from tiny_network import save_work_dir

from avs_mm.apis import AVSInferencer
from avs_mm.media import probe_video, read_audio

GOOD = {  # arguments of write_clip; frames, (width, height) and seconds of the painted copy
    "two seconds": ({}, 10, (64, 48), 2.0),
    "half a second": (dict(seconds=0.6), 3, (64, 48), 0.6),
    "varying rate": (dict(times=[0, 0.05, 0.5, 0.55, 1.9]), 5, (64, 48), 2.0),
    "stereo at 44.1 kHz": (dict(rate=44_100, channels=2), 10, (64, 48), 2.0),
    "HEVC": (dict(codec="libx265"), 10, (64, 48), 2.0),
    "ten bits": (dict(pix_fmt="yuv420p10le"), 10, (64, 48), 2.0),
    "HEVC of ten bits": (dict(codec="libx265", pix_fmt="yuv420p10le"), 10, (64, 48), 2.0),
    "odd sizes": (dict(size=(47, 63), pix_fmt="yuv444p"), 10, (64, 48), 2.0),  # padded
}
BAD = {
    "no sound track": (dict(rate=None), "has no sound track; give a sound (--audio FILE), or"),
    "no pictures": (dict(images=False), "has no images; give a video"),
    "a text": (None, "not readable as sound or video"),
}


@pytest.fixture(scope="module")
def inferencer(tmp_path_factory):
    return AVSInferencer(save_work_dir(tmp_path_factory.mktemp("avsc")), device="cpu")


@pytest.fixture
def segment(run, inferencer, monkeypatch):
    """Call avs-mm segment with a tiny network."""
    monkeypatch.setattr("avs_mm.cli.segment.load_model", lambda model, device: inferencer)
    return lambda *arguments: run("segment", "--quiet", *arguments)


def rows_of(path):
    with path.open() as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
@pytest.mark.parametrize("kind", GOOD)
def test_what_works(segment, kind, tmp_path):
    arguments, number, size, seconds = GOOD[kind]
    clip = write_clip(tmp_path / "clip.mp4", **arguments)
    done = segment(clip, "-o", tmp_path / "out.mp4", "--save", "video,csv")
    assert (done.exit_code, done.stderr) == (0, "")
    painted = probe_video(tmp_path / "out.mp4")
    assert (painted.width, painted.height) == size
    assert painted.duration == pytest.approx(seconds, abs=0.25)  # a frame of the varying rate
    assert len(read_audio(tmp_path / "out.mp4")) == pytest.approx(seconds * 16_000, abs=4000)
    assert len({row["time"] for row in rows_of(tmp_path / "out.csv")}) == number


@pytest.mark.slow
def test_a_phones_video_is_turned_upright(segment, tmp_path):
    clip = turn_by_tag(write_clip(tmp_path / "phone.mp4"))
    done = segment(clip, "-o", tmp_path / "out.mp4", "--save", "video,csv")
    assert (done.exit_code, done.stderr) == (0, "")
    painted = probe_video(tmp_path / "out.mp4")
    assert (painted.width, painted.height) == (48, 64)
    assert max(float(row["bottom"]) for row in rows_of(tmp_path / "out.csv")) > 48


@pytest.mark.parametrize("kind", BAD)
def test_what_is_one_sentence(segment, kind, tmp_path):
    arguments, sentence = BAD[kind]
    clip = tmp_path / "clip.mp4"
    if arguments is None:
        clip.write_text("not a video")
    else:
        write_clip(clip, **arguments)
    done = segment(clip, "-o", tmp_path / "out.mp4", "--save", "video,json,csv,masks,alpha")
    assert done.exit_code == 1
    assert done.stderr.startswith(f"avs-mm: {clip}: {sentence}")
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_video_without_sound_under_silence(segment, tmp_path):
    clip = write_clip(tmp_path / "clip.mp4", rate=None)
    done = segment(clip, "-o", tmp_path / "out.csv", "--mute")
    assert (done.exit_code, done.stderr) == (0, "")
    assert (tmp_path / "out.csv").is_file()
