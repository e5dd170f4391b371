"""Data sets under other sounds, in AVSBench's layout."""

import importlib
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_pairs import read_audio_pairs
from avs_mm.datasets.export_conditions import export_conditions, tpavi_log_mel
from avs_mm.datasets.transforms import LoadAudio
from avs_mm.media import read_audio

ROOT = Path(__file__).resolve().parents[2]


def sounds(root: Path, subset: str, audio: str) -> list[np.ndarray]:
    dataset = AVSBenchDataset(subset=subset, split="test", data_root=root, audio=audio)
    load = LoadAudio()
    return [load(dataset.get_data_info(index))["audio"] for index in range(len(dataset))]


@pytest.mark.parametrize("condition", ["original", "silence", "mute", "noise", "unmatched"])
def test_an_exported_s4_has_the_sounds_of_the_condition_as_its_own(s4_root, tmp_path, condition):
    out = tmp_path / "out"
    [place] = export_conditions(
        subset="s4", data_root=s4_root, out=out, conditions=[condition], log_mel=True
    )
    assert place == out / condition / "Single-source"
    expected = sounds(s4_root, "s4", condition)
    for found, wanted in zip(sounds(place, "s4", "original"), expected, strict=True):
        np.testing.assert_allclose(found, wanted, atol=1 / 65536)  # half a step of 16 bits
    assert len(read_audio_pairs(out / condition / "pairs.csv")) == 15
    mels = sorted(place.rglob("*.pkl"))
    assert mels[0] == place / "s4_data/audio_log_mel/test/cat/cat_c.pkl"
    assert pickle.loads(mels[0].read_bytes()).shape == (5, 1, 96, 64)


def test_images_and_masks_are_those_of_the_data_set(s4_root, tmp_path):
    [place] = export_conditions(
        subset="s4", data_root=s4_root, out=tmp_path / "out", conditions=["silence"], copy=True
    )
    files = sorted(path for path in place.rglob("*.png"))
    assert len(files) == 30  # three clips of five frames: val and train are left out
    assert not any(path.is_symlink() for path in place.rglob("*"))
    for path in files:
        assert path.read_bytes() == (s4_root / path.relative_to(place)).read_bytes()
    rows = (place / "s4_meta_data.csv").read_text().splitlines()
    assert len(rows) == 4
    assert all(row.split(",")[3] == "test" for row in rows[1:])


@pytest.mark.parametrize(("subset", "seconds"), [("ms3", [5, 5]), ("avss", [5, 5, 5, 5, 5, 10])])
def test_ms3_and_avss(ms3_root, semantic_root, tmp_path, subset: str, seconds: list[int]):
    root = {"ms3": ms3_root, "avss": semantic_root}[subset]
    options = dict(semantic_root=semantic_root) if subset == "ms3" else {}
    out = tmp_path / "out"
    places = export_conditions(
        subset=subset, data_root=root, out=out, conditions=["unmatched", "noise"], **options
    )
    assert [place.parent.name for place in places] == ["unmatched", "noise"]
    for place in places:
        dataset = AVSBenchDataset(subset=subset, split="test", data_root=place)
        assert len(dataset) == sum(seconds)
        wavs = sorted(place.rglob("*.wav"))
        assert sorted(len(read_audio(path)) // 16000 for path in wavs) == sorted(seconds)
    load = LoadAudio()
    own = AVSBenchDataset(subset=subset, split="test", data_root=root, audio="unmatched", **options)
    copied = AVSBenchDataset(subset=subset, split="test", data_root=places[0])
    for index in range(len(own)):
        expected = load(own.get_data_info(index))["audio"]
        found = load(copied.get_data_info(index))["audio"]
        np.testing.assert_allclose(found, expected, atol=1 / 65536)


def test_log_mel_is_tpavis():
    """Recorded numbers: tests/data/official."""
    official = json.loads((ROOT / "tests/data/official/tpavi.json").read_text())
    waveform = np.random.default_rng(3).integers(-8000, 8000, size=80000) / 32768
    found = tpavi_log_mel(waveform)
    assert found.mean(dim=(1, 2, 3)).tolist() == pytest.approx(official["log_mel_means"], abs=2e-6)
    assert found[:, 0, 50, 20].tolist() == pytest.approx(official["log_mel_50_20"], abs=2e-6)
    short = tpavi_log_mel(waveform[:66000])  # four examples: the last is repeated
    assert (short[4] == short[3]).all()
    assert (short[:4] == found[:4]).all()


def test_faults_are_named(s4_root, tmp_path):
    kwargs = dict(subset="s4", data_root=s4_root, out=tmp_path / "out", conditions=["silence"])
    with pytest.raises(ValueError, match=r"has 1 annotated frame\(s\) in train"):
        export_conditions(**kwargs, split="train")
    export_conditions(**kwargs)
    with pytest.raises(FileExistsError, match="silence is there already; delete it"):
        export_conditions(**kwargs)
    with pytest.raises(ValueError, match="needs offscreen_root"):
        export_conditions(**{**kwargs, "conditions": ["offscreen"]})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["silence"]


def test_tool(s4_root, tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("export_conditions")
    arguments = ["--subset", "s4", "--root", str(s4_root), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["export_conditions.py", *arguments, "--conditions", "noise"])
    tool.main()
    assert "Written:" in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"export_conditions: .*is there already"):
        tool.main()
