import importlib
import sys
from pathlib import Path

import pytest

from avs_mm import configs_dir

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(TOOLS)
    return importlib.import_module("segment_video")


@pytest.fixture
def run(tool, monkeypatch):
    def run(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["segment_video.py", *arguments])
        tool.main()

    return run


def test_what_is_missing_is_named(run, tmp_path):
    model = ["--config", "no_config.py", "--checkpoint", "none.pth", "-o", "out.mp4"]
    with pytest.raises(SystemExit, match=r"segment_video: no_config\.py: no such config"):
        run("dog.mp4", *model)
    model[1] = str(configs_dir() / "mini" / "seg.py")
    with pytest.raises(SystemExit, match=r"segment_video: no checkpoint at none\.pth"):
        run("dog.mp4", *model)


def test_another_sound_and_silence_exclude_each_other(run, capsys):
    with pytest.raises(SystemExit):
        run(
            "dog.mp4", "--config", "c", "--checkpoint", "p", "-o", "o.mp4", "--mute", "--audio", "a"
        )
    assert "not allowed with" in capsys.readouterr().err
