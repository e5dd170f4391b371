import csv
import json

import numpy as np
import pytest
from drawn_videos import write_clip

from avs_mm.cli.inputs import find_videos, load_model, parse_mix
from avs_mm.media import probe_video, read_audio


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "dog.mp4")


def test_a_csv_and_json_of_a_video(run, inferencer, clip, tmp_path):
    out = tmp_path / "results"
    done = run("segment", clip, "-o", out, "--save", "json,csv,masks")
    assert done.exit_code == 0, done.stderr
    assert "10 frames, sounding: dog 1 for 2.0 s" in done.stdout
    with (out / "dog.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 10
    table = json.loads((out / "dog.json").read_text())
    assert table["annotations"][0]["sounding"] == [True] * 10
    assert len(list((out / "dog_masks").iterdir())) == 10
    assert not (out / "dog.mp4").exists()


def test_quiet_says_nothing(run, inferencer, clip, tmp_path):
    done = run("segment", clip, "-o", tmp_path / "a.csv", "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_the_sound_can_be_another(run, inferencer, clip, tmp_path):
    out = tmp_path / "a.csv"
    other = write_clip(tmp_path / "other.mp4")
    assert "sounding: nothing" in run("segment", clip, "-o", out, "--mute").stdout
    run("segment", clip, "-o", out, "--audio", other)
    run("segment", clip, "-o", out, "--mix", f"{other}:0.5")
    silence, file, mixed = inferencer.sounds
    assert not silence.any()
    assert file == other
    expected = read_audio(clip) + 0.5 * read_audio(other)
    np.testing.assert_allclose(mixed, expected.clip(-1, 1), atol=1e-6)
    done = run("segment", clip, "-o", out, "--mute", "--audio", other)
    assert done.exit_code == 1
    assert "--mute is silence" in done.stderr


def test_fewer_frames(run, inferencer, clip, tmp_path):
    done = run("segment", clip, "-o", tmp_path / "a.csv", "--every", 0.4)
    assert "5 frames, sounding: dog 1 for 2.0 s" in done.stdout
    done = run("segment", clip, "-o", tmp_path / "a.csv", "--every", 0.4, "--carry")
    assert "10 frames, sounding: dog 1 for 2.0 s" in done.stdout


@pytest.mark.slow
def test_a_painted_video(run, inferencer, clip, tmp_path):
    out = tmp_path / "painted.mp4"
    done = run("segment", clip, "-o", out, "--every", 0.4, "--save", "video,alpha")
    assert done.exit_code == 0, done.stderr
    assert (probe_video(out).num_frames, probe_video(out).fps) == (5, 2.5)
    assert probe_video(tmp_path / "painted_alpha" / "object_1_dog.mov").num_frames == 5


def test_one_bad_video_of_several(run, inferencer, clip, tmp_path):
    (tmp_path / "text.mp4").write_text("not a video")
    out = tmp_path / "out"
    done = run("segment", tmp_path, "-o", out, "--save", "csv")
    assert done.exit_code == 1
    assert "text.mp4: not readable as sound or video" in done.stderr
    assert "1 of 2 videos could not be segmented" in done.stderr
    assert (out / "dog.csv").is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.mp4", "-o", "out"], "nothing.mp4: no such file or folder"),
        (["{clip}", "-o", "{clip}"], "is the video itself"),
        (["{clip}", "-o", "out.gif"], "cannot write this kind of file; end it in .mp4"),
        (["{clip}", "-o", "out", "--flow"], "without --every there are no frames between"),
        (["{clip}", "-o", "out", "--save", "gif"], "--save gif: not one of video, json"),
        (["{clip}", "{copy}", "-o", "out"], "under one name"),
        (["{clip}", "-o", "out", "--mix", "a.wav:loud"], "a factor such as 0.5, not 'loud'"),
        (["{clip}", "-o", "out", "--mix", "a.wav:1"], "a.wav: no such file"),
    ],
)
def test_faults_are_one_sentence(run, inferencer, clip, tmp_path, arguments, message):
    (tmp_path / "copy").mkdir()
    copy = write_clip(tmp_path / "copy" / "dog.mp4")
    done = run("segment", *[one.format(clip=clip, copy=copy) for one in arguments])
    assert done.exit_code == 1
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_config_of_another_version_is_named(monkeypatch, tmp_path):
    def build(*arguments, **others):
        raise TypeError("unexpected keyword argument 'category_prior'")

    monkeypatch.setattr("avs_mm.apis.AVSInferencer", build, raising=False)
    with pytest.raises(ValueError, match=r"work: its model cannot be built .*category_prior"):
        load_model("work", device=None)


def test_a_wrong_call_is_2(run):
    assert run("segment").exit_code == 2
    assert run("segment", "a.mp4", "--nothing").exit_code == 2


def test_files_folders_and_patterns(tmp_path):
    for name in ("a.mp4", "b.MOV", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in find_videos([str(tmp_path)])] == ["a.mp4", "b.MOV"]
    given = [str(tmp_path / "*.mp4"), str(tmp_path / "a.mp4"), str(tmp_path / "notes.txt")]
    assert [path.name for path in find_videos(given)] == ["a.mp4", "notes.txt"]


def test_a_gain_may_be_left_out(tmp_path):
    assert parse_mix("rain.wav:0.5")[1] == 0.5
    assert parse_mix("rain.wav") == parse_mix("rain.wav:1")
