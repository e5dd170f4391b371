"""tools/draw_figure.py end to end, with untrained models on a few drawn clips."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope

from avs_mm import configs_dir
from avs_mm.registry import MODELS

pytestmark = pytest.mark.slow

TOOLS = Path(__file__).resolve().parents[2] / "tools"
CLASSES = ("bell", "bird", "drum", "engine", "siren", "whistle")
SIDE, CELL, GAP, HEAD, CAPTION = 96, 224, 8, 60, 20


@pytest.fixture(scope="module")
def model_of(clips, tmp_path_factory) -> Callable[[str], str]:
    """Writes a mini config on the drawn clips and random weights: CONFIG.py:CHECKPOINT."""

    def write(name: str) -> str:
        folder = tmp_path_factory.mktemp(name)
        config = Config.fromfile(configs_dir() / "mini" / f"{name}.py")
        config.test_dataloader.dataset.update(
            data_root=str(clips / "AVSBench-object" / "Single-source"),
            silent_root=str(clips / "silent-objects" / "s4"),
            serialize_data=False,
        )
        config.dump(folder / f"{name}.py")
        init_default_scope("mmseg")
        torch.manual_seed(0)
        state = MODELS.build(config.model).state_dict()
        meta = {"dataset_meta": {"classes": CLASSES}}
        torch.save({"state_dict": state, "meta": meta}, folder / "untrained.pth")
        return f"{folder / name}.py:{folder / 'untrained.pth'}"

    return write


@pytest.fixture
def draw(monkeypatch, tmp_path) -> Callable[..., Path]:
    monkeypatch.syspath_prepend(TOOLS)
    tool = importlib.import_module("draw_figure")

    def run(*arguments: str) -> Path:
        out = tmp_path / "figure.png"
        monkeypatch.setattr(sys, "argv", ["draw_figure.py", *arguments, "--out", str(out)])
        tool.main()
        return out

    return run


def size(path: Path) -> tuple[int, int]:
    """Columns and rows of a figure."""
    height, width = cv2.imread(str(path)).shape[:2]
    return (width - SIDE - GAP) // (CELL + GAP), (height - HEAD) // (CELL + CAPTION + GAP)


@pytest.mark.parametrize(
    ("figure", "names", "columns", "rows"),
    [
        ("masks", ("avsc", "tpavi"), 4, 2),
        ("heat", ("ezvsl", "avsc"), 4, 2),
        ("queries", ("seg", "avsc"), 4, 2),
        ("sounds", ("avsc", "tpavi"), 5, 4),  # a row a frame and model
    ],
)
def test_every_figure(draw, model_of, figure: str, names: tuple[str, ...], columns: int, rows: int):
    models = [f"Model {name}={model_of(name)}" for name in names]
    assert size(draw(figure, *models, "--frames", "2")) == (columns, rows)


def test_faults_are_named(draw, model_of):
    with pytest.raises(SystemExit, match=r"draw_figure: 'ours' is not \[TITLE=\]CONFIG.py:CHECK"):
        draw("masks", "ours")
    with pytest.raises(SystemExit, match="tpavi: TPAVI has no queries; give stage 1 or AVSC"):
        draw("queries", model_of("tpavi"), "--frames", "1")
