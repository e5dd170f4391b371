"""tools/browse_dataset.py writes one image a sample, without a screen."""

import importlib
import sys
from pathlib import Path

import cv2
import pytest

from avs_mm import configs_dir

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def browse(clips, monkeypatch, tmp_path):
    """Calls the tool on the drawn clips as the command line does."""

    def run(*arguments: str) -> None:
        monkeypatch.setenv("AVS_MINI", str(clips))
        monkeypatch.syspath_prepend(TOOLS)
        config = str(configs_dir() / "mini" / "avsc.py")
        command = ["browse_dataset.py", config, "--out-dir", str(tmp_path / "out"), *arguments]
        monkeypatch.setattr(sys, "argv", command)
        importlib.import_module("browse_dataset").main()

    return run


def test_images_of_a_config(browse, tmp_path, capsys):
    browse("--split", "test", "--number", "3")
    assert "3 of 30 samples are in" in capsys.readouterr().out
    files = sorted((tmp_path / "out").iterdir())
    names = ["00000_bell_test_000_0", "00014_drum_test_002_4", "00029_whistle_test_005_4"]
    assert [path.stem for path in files] == names
    assert cv2.imread(str(files[0])).shape == (20 + 96, 96, 3)


def test_what_cannot_be_drawn_is_said(browse):
    with pytest.raises(SystemExit, match=r"^browse_dataset: nowhere_val.*: no such file"):
        browse("--split", "val", "--cfg-options", "val_dataloader.dataset.data_root=nowhere_val")
