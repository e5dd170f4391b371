"""The other commands: help, models, prepare, check-data, doctor, serve."""

import os
import signal
import subprocess
import sys
from dataclasses import asdict

import numpy as np
import pytest
from drawn_videos import write_clip

from avs_mm.cli import app as command
from avs_mm.cli import serve as serve_command
from avs_mm.cli.prepare import last_frames_of_seconds
from avs_mm.media import read_audio, read_video_frames
from avs_mm.output_file import write_image, write_wav
from avs_mm.page import Limits
from avs_mm.version import __version__

COMMANDS = ("segment", "serve", "check-data", "prepare", "doctor")
MODELS = ("list", "get", "verify")


@pytest.mark.parametrize("command", [[name] for name in COMMANDS] + [["models", m] for m in MODELS])
def test_every_help_has_an_example(run, command):
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert f"Example: avs-mm {' '.join(command)}" in done.stdout


def test_it_is_a_module_and_help_needs_no_torch(run):
    assert run("--version").stdout == f"avs_mm {__version__}\n"
    code = "import sys; import avs_mm.cli.app; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_models_are_listed_and_verified(run, tmp_path, monkeypatch):
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path))
    assert "maskformer-swin-base-coco" in run("models", "list").stdout
    folder = tmp_path / "beats-audioset"
    folder.mkdir()
    file = folder / "BEATs_iter3_plus_AS2M_finetuned_on_AS2M_cpt2.pt"
    file.write_bytes(b"weights")
    assert str(file) in run("models", "list").stdout
    done = run("models", "verify")
    assert (done.exit_code, done.stdout) == (0, f"beats-audioset: {file}\n")
    file.write_bytes(b"other weights")
    done = run("models", "verify", "beats-audioset")
    assert done.exit_code == 1
    assert "came first" in done.stderr
    assert (
        "is not here: avs-mm models get ast-audioset"
        in run("models", "verify", "ast-audioset").stderr
    )
    assert "no weights of the name 'beat'" in run("models", "verify", "beat").stderr


def test_prepare_cuts_as_avsbench_does(run, tmp_path):
    clip = write_clip(tmp_path / "dog.mp4", seconds=2.4, fps=5)
    out = tmp_path / "out"
    done = run("prepare", clip, "-o", out, "--size", 32)
    assert (done.exit_code, done.stdout) == (0, f"{clip}: 2 frames of 5, for it is shorter\n")
    names = sorted(path.name for path in (out / "visual_frames" / "dog").iterdir())
    assert names == ["dog_1.png", "dog_2.png"]
    assert read_audio(out / "audio_wav" / "dog.wav").shape == (32_000,)
    images = [image for _, image in read_video_frames(out / "visual_frames" / "dog" / "dog_2.png")]
    assert images[0].shape == (32, 32, 3)
    assert images[0].mean() == pytest.approx(20 + 20 * 9, abs=4)  # frame 9, before 2 s
    short = write_clip(tmp_path / "short.mp4", seconds=0.6)
    done = run("prepare", short, "-o", out)
    assert done.exit_code == 1
    assert "has no whole second from 0 s on (it is 0.60 s long)" in done.stderr


def test_the_last_frame_of_each_second():
    frames = [(i * 0.4, np.array(i)) for i in range(6)]  # 0, 0.4 ... 2.0
    assert [int(i) for i in last_frames_of_seconds(frames, start=0, number=2)] == [2, 4]
    assert [int(i) for i in last_frames_of_seconds(frames, start=0.5, number=1)] == [3]
    assert [int(i) for i in last_frames_of_seconds(frames, start=0, number=3)] == [2, 4, 5]


@pytest.fixture
def ms3(tmp_path):
    root = tmp_path / "AVSBench-object" / "Multi-sources"
    for name, split in (("a", "train"), ("b", "val"), ("c", "test")):
        for number in range(1, 6):
            image = np.full((8, 8, 3), 50, np.uint8)
            write_image(root / f"ms3_data/visual_frames/{name}/{name}.mp4_{number}.png", image)
            mask = root / f"ms3_data/gt_masks/{split}/{name}/{name}_{number}.png"
            write_image(mask, image[..., 0])
        sound = np.full(80_000, 1000, np.int16)
        write_wav(root / f"ms3_data/audio_wav/{split}/{name}.wav", sound, sample_rate=16_000)
    (root / "ms3_meta_data.csv").write_text("name,split\na,train\nb,val\nc,test\n")
    return root


def test_check_data_finds_what_is_wrong(run, ms3, tmp_path):
    done = run("check-data", tmp_path)
    assert done.exit_code == 0, done.stderr
    assert "s4: not here" in done.stdout
    assert "ms3 test: 1 clips, 5 frames; 1 clips opened, 0 broken, 0 odd" in done.stdout

    write_image(ms3 / "ms3_data/gt_masks/test/c/c_1.png", np.zeros((8, 8), np.uint8))
    write_image(ms3 / "ms3_data/gt_masks/val/b/b_1.png", np.ones((9, 8), np.uint8))
    (ms3 / "ms3_data/audio_wav/train/a.wav").unlink()
    done = run("check-data", ms3)
    assert done.exit_code == 1
    assert "ms3 train: MISSING" in done.stderr
    assert "b_1.png: is (8, 9), its image (8, 8)" in done.stderr
    assert "c_1.png: marks nothing" in done.stdout
    assert "2 faults" in done.stderr


def test_check_data_wants_avsbench(run, tmp_path):
    assert "holds none of s4_meta_data.csv" in run("check-data", tmp_path).stderr
    assert "no such folder" in run("check-data", tmp_path / "nowhere").stderr


@pytest.mark.slow
def test_doctor_is_content_with_this_installation(run):
    done = run("doctor")
    assert done.exit_code == 0, done.stdout
    assert "ok        torch" in done.stdout
    assert "libx264, aac, prores_ks" in done.stdout


def test_serve_says_what_to_install(run, monkeypatch):
    monkeypatch.setattr("avs_mm.page.gradio_extra.find_spec", lambda name: None)
    done = run("serve")
    assert done.exit_code == 1
    assert "pip install 'avs_mm[page]'" in done.stderr


def test_every_limit_of_the_page_is_an_option(run, monkeypatch):
    given = {}
    monkeypatch.setattr(serve_command, "serve_page", lambda *_, **options: given.update(options))
    run("serve")
    assert given["limits"] == Limits()
    text = run("serve", "--help").stdout
    options = ["--keep-minutes" if n == "minutes" else f"--max-{n}" for n in asdict(Limits())]
    arguments = []
    for place, option in enumerate(options, start=1):
        assert f"{option} <" in text
        arguments += [option, place]
    run("serve", *arguments, "--host", "0.0.0.0", "--port", 0)
    assert list(asdict(given["limits"]).values()) == list(range(1, len(options) + 1))
    assert (given["host"], given["port"]) == ("0.0.0.0", 0)
    assert "must be above 0; raise seconds" in run("serve", "--max-seconds", 0).stderr


def main(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["avs-mm", *map(str, arguments)])
    command.main()


def test_sigterm_removes_what_is_not_complete(inferencer, monkeypatch, tmp_path):
    clip = write_clip(tmp_path / "dog.mp4")
    stream = inferencer.stream

    def stopped(*arguments, **options):
        for number, frame in enumerate(stream(*arguments, **options)):
            if number == 5:
                assert list((tmp_path / "out").glob(".*unfinished*"))
                os.kill(os.getpid(), signal.SIGTERM)
            yield frame

    inferencer.stream = stopped
    kinds = "video,json,csv,alpha"
    with pytest.raises(SystemExit) as ended:
        main(monkeypatch, "segment", clip, "-o", tmp_path / "out", "--save", kinds)
    assert ended.value.code == 143
    assert [path for path in (tmp_path / "out").rglob("*") if path.is_file()] == []
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_the_traceback_is_there_for_who_asks(run, monkeypatch, capsys):
    assert "--traceback" in run("--help").stdout
    with pytest.raises(FileNotFoundError, match=r"nothing\.mp4: no such file"):
        main(monkeypatch, "segment", "nothing.mp4", "-o", "out", "--traceback")
    with pytest.raises(SystemExit) as ended:
        main(monkeypatch, "segment", "nothing.mp4", "-o", "out")
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("avs-mm: nothing.mp4: no such file")


def test_an_error_that_nobody_has_foreseen_is_one_line(monkeypatch, capsys):
    def fails(*_, **__):
        raise KeyError("pipeline")

    monkeypatch.setattr(serve_command, "serve_page", fails)
    with pytest.raises(SystemExit) as ended:
        main(monkeypatch, "serve")
    assert ended.value.code == 1
    line = "avs-mm: KeyError: pipeline (--traceback shows where)\n"
    assert capsys.readouterr().err == line
