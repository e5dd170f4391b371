"""tools/draw_sounds.py end to end, with an untrained model on a few drawn clips."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from avs_mm import configs_dir
from avs_mm.evaluation.runners import sound_comparison
from avs_mm.registry import MODELS

pytestmark = pytest.mark.slow

TOOLS = Path(__file__).resolve().parents[2] / "tools"
CLASSES = ("bell", "bird", "drum", "engine", "siren", "whistle")


@pytest.fixture(scope="module")
def config_of(clips, tmp_path_factory) -> Callable[..., Path]:
    """Writes a config of the mini set's on the drawn clips."""

    def write(name: str = "avsc", **changes) -> Path:
        folder = tmp_path_factory.mktemp("config")
        config = Config.fromfile(configs_dir() / "mini" / f"{name}.py")
        config.test_dataloader.dataset.update(
            data_root=str(clips / "AVSBench-object" / "Single-source"),
            silent_root=str(clips / "silent-objects" / "s4"),
            serialize_data=False,  # which collects all garbage first
        )
        config.work_dir = str(folder / "work_dir")
        config.merge_from_dict(changes)
        config.dump(folder / "tiny.py")
        return folder / "tiny.py"

    return write


@pytest.fixture(scope="module")
def weights_of(tmp_path_factory) -> Callable[[Path], Path]:
    """Writes random weights of a config's model."""

    def write(config: Path) -> Path:
        init_default_scope("mmseg")
        torch.manual_seed(0)
        state = MODELS.build(Config.fromfile(config).model).state_dict()
        path = tmp_path_factory.mktemp("weights") / "untrained.pth"
        torch.save({"state_dict": state, "meta": {"dataset_meta": {"classes": CLASSES}}}, path)
        return path

    return write


@pytest.fixture(scope="module")
def avsc(config_of, weights_of) -> tuple[Path, Path]:
    config = config_of()
    return config, weights_of(config)


@pytest.fixture
def draw(monkeypatch) -> Callable[..., None]:
    """Calls the tool as the command line does."""

    def run(*arguments: str | Path) -> None:
        monkeypatch.syspath_prepend(TOOLS)
        command = ["tools/draw_sounds.py", *map(str, arguments), "--device", "cpu"]
        monkeypatch.setattr(sys, "argv", command)
        importlib.import_module("draw_sounds").main()

    return run


def test_the_same_seed_gives_the_same_figure(draw, avsc, tmp_path, capsys):
    config, checkpoint = avsc
    draw(config, checkpoint, "--frames", "2")
    default = config.parent / "work_dir" / "sounds.png"
    assert f"Written: {default}" in capsys.readouterr().out
    figure = cv2.imread(str(default))
    assert figure.shape == (112 + 2 * (250 + 34 + 44 + 10) + 46, 1578, 3)

    again, other = tmp_path / "new" / "again.png", tmp_path / "other.png"
    draw(config, checkpoint, "--frames", "2", "--out", again)
    assert np.array_equal(figure, cv2.imread(str(again)))
    draw(config, checkpoint, "--frames", "2", "--seed", "1", "--out", other)
    assert not np.array_equal(figure, cv2.imread(str(other)))
    assert [path.name for path in again.parent.iterdir()] == ["again.png"]  # and no leavings


def test_without_a_seed_it_is_that_of_the_data_set(draw, avsc, config_of, tmp_path):
    config, checkpoint = avsc
    option = "test_dataloader.dataset.audio_seed"
    out = tmp_path / "out.png"

    def row(config: Path, *seed: str) -> np.ndarray:
        draw(config, checkpoint, "--clips", "bell_test_000", "--out", out, *seed)
        return cv2.imread(str(out))[112:]  # below the config's name

    own = row(config_of(**{option: 3}))
    assert np.array_equal(own, row(config, "--seed", "3", "--cfg-options", f"{option}=3"))
    assert not np.array_equal(own, row(config))


def test_two_seeds_are_refused(draw, avsc):
    options = ["--cfg-options", "test_dataloader.dataset.audio_seed=3"]
    with pytest.raises(SystemExit, match=r"--seed 1 and .*audio_seed=3 differ.*; give one of them"):
        draw(*avsc, "--seed", "1", *options)


def test_an_error_of_the_program_says_how_to_see_its_traceback(draw, avsc, monkeypatch):
    monkeypatch.setattr(sound_comparison, "choose_frames", lambda *_, **__: None)
    with pytest.raises(
        SystemExit, match=r"^draw_sounds: TypeError: .* \(--traceback shows where\)$"
    ):
        draw(*avsc)
    with pytest.raises(TypeError):
        draw(*avsc, "--traceback")


def test_clips_by_name(draw, avsc, tmp_path):
    config, checkpoint = avsc
    out, reversed_ = tmp_path / "out.png", tmp_path / "reversed.png"
    first, second = "bell_test_000", "drum_test_002"
    draw(config, checkpoint, "--clips", first, second, f"--clips={first}", "--out", out)
    draw(config, checkpoint, "--clips", second, first, "--out", reversed_)
    rows, turned = (cv2.imread(str(path)) for path in (out, reversed_))
    assert rows.shape == (112 + 2 * 338 + 46, 1578, 3)  # a clip named twice is drawn once
    assert np.array_equal(rows[112:450], turned[450:788])
    assert not np.array_equal(rows[112:450], turned[112:450])


@pytest.mark.parametrize("name", ["tpavi", "ezvsl"])
def test_models_without_candidates(draw, config_of, weights_of, tmp_path, name):
    config = config_of(name)
    out = tmp_path / "out.png"
    draw(config, weights_of(config), "--frames", "1", "--out", out)
    assert cv2.imread(str(out)).shape == (112 + 338 + 46, 1578, 3)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ["--clips", "cow_000"],
            r".*Single-source: clip cow_000 is not in the test split, whose 6",
        ),
        (["--frames", "7"], r".*Single-source: the test split has 6 clips, of which 7 were asked"),
        (
            ["--cfg-options", "test_dataloader.dataset.type=ADE20KDataset"],
            r".*tiny\.py: test_dataloader\.dataset is ADE20KDataset",
        ),
        (["--out", "figure.chart"], r"figure\.chart: .* write a \.png or \.pdf"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, avsc, arguments, fault):
    with pytest.raises(SystemExit, match=f"^draw_sounds: {fault}"):
        draw(*avsc, *arguments)


def test_a_config_without_test_data_is_named(draw, avsc, tmp_path):
    config = Config.fromfile(avsc[0]).to_dict()
    config.pop("test_dataloader")
    Config(config).dump(tmp_path / "bare.py")
    with pytest.raises(SystemExit, match=r"bare\.py: test_dataloader\.dataset is None, .* give a"):
        draw(tmp_path / "bare.py", avsc[1])


def test_stage_1_is_refused_and_an_earlier_figure_stays(draw, config_of, weights_of, tmp_path):
    config = config_of("seg")
    out = tmp_path / "out.png"
    out.write_text("earlier")
    with pytest.raises(SystemExit, match=r"PotentialObjectSegmentor is stage 1, which uses"):
        draw(config, weights_of(config), "--out", out)
    with pytest.raises(SystemExit, match="no checkpoint at"):
        draw(config, tmp_path / "none.pth", "--out", out)
    with pytest.raises(SystemExit, match=r"draw_sounds: none\.py: no such config"):
        draw("none.py", tmp_path, "--out", out)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"out.png": "earlier"}
