"""Data sets under other sounds, in AVSBench's layout."""

import importlib
import json
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_pairs import read_audio_pairs
from avs_mm.datasets.export_conditions import export_conditions
from avs_mm.datasets.transforms import LoadAudio
from avs_mm.media import read_audio
from avs_mm.models.audio.log_mel import log_mel_examples
from avs_mm.registry import TRANSFORMS
from avs_mm.shipped import configs_dir

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


@pytest.fixture
def uneven_s4(s4_root: Path, write_wav) -> Path:
    """S4 whose test clips have noise for sounds, and files of 5, 4.2 and 5.3 s."""
    rng = np.random.default_rng(5)
    for path, samples in zip(
        sorted(s4_root.glob("s4_data/audio_wav/test/*/*.wav")), (80000, 67200, 84800), strict=True
    ):
        write_wav(path, rng.integers(-8000, 8000, size=samples))
    return s4_root


@pytest.mark.parametrize("condition", ["original", "silence", "mute", "noise", "unmatched"])
def test_log_mel_is_what_evaluate_plays_to_tpavi(uneven_s4, tmp_path, condition):
    """The pickle of a clip, and the examples of VGGish in the network, frame by frame."""
    [place] = export_conditions(
        subset="s4", data_root=uneven_s4, out=tmp_path / "out", conditions=[condition], log_mel=True
    )
    test = Config.fromfile(configs_dir() / "tpavi_r50_s4.py").test_dataloader.dataset.pipeline
    load = TRANSFORMS.build(next(step for step in test if step.type == "avs_mm.LoadAudio"))
    dataset = AVSBenchDataset(subset="s4", split="test", data_root=uneven_s4, audio=condition)
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        [clip] = place.glob(f"s4_data/audio_log_mel/test/*/{info['clip']}.pkl")
        played = log_mel_examples(torch.from_numpy(load(dict(info))["audio"])[None])
        assert played.shape == (1, 1, 1, 96, 64)
        stored = pickle.loads(clip.read_bytes())[info["frame"]]
        torch.testing.assert_close(stored, played[0, 0], atol=1e-5, rtol=0)  # float64, float32


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


def test_log_mel_of_the_own_sound_is_what_tpavis_preprocessing_stores(s4_root, tmp_path, write_wav):
    """Recorded numbers: tests/data/official."""
    official = json.loads((ROOT / "tests/data/official/tpavi.json").read_text())
    samples = np.random.default_rng(3).integers(-8000, 8000, size=80000)
    wavs = s4_root / "s4_data/audio_wav/test"
    write_wav(wavs / "dog/dog_c.wav", samples)
    write_wav(wavs / "cat/cat_c.wav", samples[:66000])  # four examples: the last is repeated
    [place] = export_conditions(
        subset="s4", data_root=s4_root, out=tmp_path / "out", conditions=["original"], log_mel=True
    )
    mels = place / "s4_data/audio_log_mel/test"
    found, short = (
        pickle.loads((mels / file).read_bytes()) for file in ("dog/dog_c.pkl", "cat/cat_c.pkl")
    )
    assert found.mean(dim=(1, 2, 3)).tolist() == pytest.approx(official["log_mel_means"], abs=2e-6)
    assert found[:, 0, 50, 20].tolist() == pytest.approx(official["log_mel_50_20"], abs=2e-6)
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
