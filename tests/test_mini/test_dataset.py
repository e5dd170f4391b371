"""The mini data set on disk: AVSBench's layouts, masks that agree, and bytes that repeat."""

import csv
import hashlib
import importlib
import json
import sys
import wave
from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from avs_mm.datasets.categories import voc_palette
from avs_mm.mini import CATEGORIES, MiniDatasetError, make_mini_dataset

TINY = {
    "s4": {"train": 6, "val": 1, "test": 6},
    "ms3": {"train": 4, "val": 1, "test": 12},
    "v2": {"train": 1, "val": 1, "test": 1},
    "all": {"train": 2, "val": 1},
}
ONE = {part: dict.fromkeys(splits, 1) for part, splits in TINY.items()}
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def mini(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_mini_dataset(tmp_path_factory.mktemp("mini") / "set", clips=TINY, progress=False)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def _grey(path: Path) -> np.ndarray:
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert image is not None, path
    assert image.ndim == 2
    return image


def _levels(path: Path) -> np.ndarray:
    """RMS of each second of a 16 kHz, 16-bit mono file."""
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (16000, 2, 1)
        sound = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    assert np.abs(sound).max() < 0.95
    return np.sqrt(np.mean(sound.reshape(-1, 16000) ** 2, 1))


def _digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_s4_has_the_official_files(mini: Path) -> None:
    root = mini / "AVSBench-object/Single-source"
    rows = _rows(root / "s4_meta_data.csv")
    assert list(rows[0]) == ["name", "start", "category", "split"]
    assert Counter(row["split"] for row in rows) == TINY["s4"]
    expected = set()
    for row in rows:
        place = f"{row['split']}/{row['category']}"
        file = f"{place}/{row['name']}/{row['name']}"
        masks = 1 if row["split"] == "train" else 5
        expected |= {f"visual_frames/{file}_{i}.png" for i in range(1, 6)}
        expected |= {f"gt_masks/{file}_{i}.png" for i in range(1, masks + 1)}
        expected.add(f"audio_wav/{place}/{row['name']}.wav")
    data = root / "s4_data"
    assert {str(p.relative_to(data)) for p in data.rglob("*") if p.is_file()} == expected
    for path in data.glob("visual_frames/test/*/*/*_1.png"):
        assert cv2.imread(str(path), cv2.IMREAD_UNCHANGED).shape == (224, 224, 3)


def test_s4_masks_and_sounds(mini: Path) -> None:
    root = mini / "AVSBench-object/Single-source"
    data = root / "s4_data"
    for row in _rows(root / "s4_meta_data.csv"):
        split, category, name = row["split"], row["category"], row["name"]
        levels = _levels(data / f"audio_wav/{split}/{category}/{name}.wav")
        assert len(levels) == 5
        assert levels.min() > 0.03
        for path in sorted((data / f"gt_masks/{split}/{category}/{name}").iterdir()):
            mask = _grey(path)
            assert mask.shape == (224, 224)
            assert set(np.unique(mask)) == {0, 255}
            silent = _grey(mini / f"silent-objects/s4/{split}/{name}/{path.name}")
            assert not np.any(silent[mask > 0])
            assert 1 <= len(np.unique(silent)) - 1 <= 3
            assert CATEGORIES.index(category) + 1 not in silent
            # AVSBench-semantic counts frames from 0 and holds the same object with its label
            folder = mini / "AVSBench-semantic/v1s" / name
            second = int(path.stem.rsplit("_", 1)[1]) - 1
            labels = _grey(folder / f"labels_semantic/{second}.png")
            np.testing.assert_array_equal(labels, (mask > 0) * (CATEGORIES.index(category) + 1))


def test_ms3_has_the_official_files(mini: Path) -> None:
    root = mini / "AVSBench-object/Multi-sources"
    rows = _rows(root / "ms3_meta_data.csv")
    assert list(rows[0]) == ["name", "split"]
    assert Counter(row["split"] for row in rows) == TINY["ms3"]
    expected = set()
    for row in rows:
        name, split = row["name"], row["split"]
        expected |= {f"visual_frames/{name}/{name}.mp4_{i}.png" for i in range(1, 6)}
        expected |= {f"gt_masks/{split}/{name}/{name}_{i}.png" for i in range(1, 6)}
        expected.add(f"audio_wav/{split}/{name}.wav")
    data = root / "ms3_data"
    assert {str(p.relative_to(data)) for p in data.rglob("*") if p.is_file()} == expected


def test_ms3_masks_are_the_union_of_what_sounds(mini: Path) -> None:
    root = mini / "AVSBench-object/Multi-sources"
    sounding = {
        row["uid"]: {CATEGORIES.index(name) + 1 for name in row["a_obj"].split("_")}
        for row in _rows(mini / "AVSBench-semantic/metadata.csv")
        if row["label"] == "v1m"
    }
    empty = smaller = 0
    for row in _rows(root / "ms3_meta_data.csv"):
        name, split = row["name"], row["split"]
        levels = _levels(root / f"ms3_data/audio_wav/{split}/{name}.wav")
        for second, level in enumerate(levels):
            mask = _grey(root / f"ms3_data/gt_masks/{split}/{name}/{name}_{second + 1}.png")
            assert set(np.unique(mask)) <= {0, 255}
            labels = _grey(mini / f"AVSBench-semantic/v1m/{name}/labels_semantic/{second}.png")
            np.testing.assert_array_equal(labels > 0, mask == 255)
            present = set(np.unique(labels)) - {0}
            assert present <= sounding[name]
            silent = _grey(mini / f"silent-objects/ms3/{split}/{name}/{name}_{second + 1}.png")
            assert not np.any(silent[mask > 0])
            assert (level > 0.02) if present else (level < 0.003)
            assert sounding[name] - present <= set(np.unique(silent))
            empty += not present
            smaller += 0 < len(present) < len(sounding[name])
    assert empty >= 1
    assert smaller >= 1


def test_half_of_the_ms3_scenes_have_three_tracks(mini: Path) -> None:
    frames = mini / "AVSBench-object/Multi-sources/ms3_data/visual_frames"
    names = [
        row["name"]
        for row in _rows(mini / "AVSBench-object/Multi-sources/ms3_meta_data.csv")
        if row["split"] == "test"
    ]
    tracks = Counter(name.split("_test_")[1][:3] for name in names)
    assert sorted(tracks.values()) == [1, 1, 1, 3, 3, 3]
    for name in names:
        if name.endswith("_both"):
            stem = name.removesuffix("_both")
            same = [
                (frames / f"{stem}_{track}/{stem}_{track}.mp4_3.png").read_bytes()
                for track in ("both", "first", "second")
            ]
            assert same[0] == same[1] == same[2]


def test_semantic_has_the_official_files(mini: Path) -> None:
    root = mini / "AVSBench-semantic"
    labels = json.loads((root / "label2idx.json").read_text())
    assert labels == {"background": 0} | {name: i + 1 for i, name in enumerate(CATEGORIES)}
    rows = _rows(root / "metadata.csv")
    assert list(rows[0]) == ["vid", "uid", "s_min", "s_sec", "a_obj", "split", "label"]
    assert Counter(row["label"] for row in rows) == {"v1s": 13, "v1m": 17, "v2": 3}
    palette = np.array([[0, 0, 0], *voc_palette(len(labels) - 1)])
    for row in rows:
        folder = root / row["label"] / row["uid"]
        frames = 10 if row["label"] == "v2" else 5
        labelled = 1 if (row["label"], row["split"]) == ("v1s", "train") else frames
        assert {p.name for p in (folder / "frames").iterdir()} == {
            f"{i}.jpg" for i in range(frames)
        }
        for kind in ("labels_rgb", "labels_semantic"):
            expected = {f"{i}.png" for i in range(labelled)}
            assert {p.name for p in (folder / kind).iterdir()} == expected
        semantic = _grey(folder / "labels_semantic/0.png")
        colors = cv2.imread(str(folder / "labels_rgb/0.png"))[..., ::-1]
        np.testing.assert_array_equal(colors, palette[semantic])
        assert len(_levels(folder / "audio.wav")) == frames


def test_all_objects_labels_everything(mini: Path) -> None:
    root = mini / "all-objects"
    rows = _rows(root / "metadata.csv")
    assert Counter(row["split"] for row in rows) == TINY["all"]
    for row in rows:
        assert row["label"] == "v1m"
        maps = [_grey(root / f"v1m/{row['uid']}/labels_semantic/{i}.png") for i in range(5)]
        for labels in maps:
            assert 2 <= len(np.unique(labels)) - 1 <= 4
        present = sorted(set(np.unique(maps)) - {0})
        assert row["a_obj"] == "_".join(CATEGORIES[label - 1] for label in present)
        assert _levels(root / f"v1m/{row['uid']}/audio.wav").max() == 0


@pytest.mark.slow
def test_same_seed_same_bytes_whatever_the_counts_and_workers(mini: Path, tmp_path: Path) -> None:
    few = make_mini_dataset(tmp_path / "few", clips=ONE, workers=1, progress=False)
    again = make_mini_dataset(tmp_path / "again", clips=ONE, workers=3, progress=False)
    assert _digests(few) == _digests(again)
    many, clips = _digests(mini), _digests(few)
    tables = {name for name in clips if name.endswith((".csv", ".json"))}
    assert {name for name in clips if clips[name] != many.get(name)} <= tables
    other = make_mini_dataset(tmp_path / "other", seed=1, clips=ONE, progress=False)
    frame = "AVSBench-object/Single-source/s4_data/visual_frames/test/bell/bell_test_000/{}_1.png"
    name = frame.format("bell_test_000")
    assert _digests(other)[name] != clips[name]


@pytest.mark.slow
def test_a_finished_set_is_kept_and_others_are_not_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = make_mini_dataset(tmp_path / "set", clips=ONE, progress=False)
    record = out / "mini.json"
    made = record.stat().st_mtime_ns
    make_mini_dataset(out, clips=ONE)
    assert record.stat().st_mtime_ns == made
    assert "already" in capsys.readouterr().out
    with pytest.raises(MiniDatasetError, match="other parameters"):
        make_mini_dataset(out, seed=1, clips=ONE, progress=False)
    make_mini_dataset(out, seed=1, clips=ONE, overwrite=True, progress=False)
    assert json.loads(record.read_text())["seed"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_foreign_files_are_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"mine")
    with pytest.raises(MiniDatasetError, match="no mini data set"):
        make_mini_dataset(tmp_path, clips=ONE, overwrite=True, progress=False)
    assert (tmp_path / "photo.jpg").read_bytes() == b"mine"


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("avs_mm.mini.layout._write_sound", fail)
    with pytest.raises(OSError, match="no space left"):
        make_mini_dataset(tmp_path / "set", clips=ONE, progress=False)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": -1}, "seed"),
        ({"scale": 0}, "scale"),
        ({"clips": {"s4": {"testing": 1}}}, "testing"),
        ({"clips": {"s5": {"test": 1}}}, "s5"),
    ],
)
def test_wrong_parameters(tmp_path: Path, arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_mini_dataset(tmp_path / "set", progress=False, **arguments)


@pytest.mark.slow
def test_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPOSITORY / "tools")
    tool = importlib.import_module("make_mini")

    def call(*arguments: str) -> None:
        command = ["make_mini.py", "--out", str(tmp_path / "set"), "--scale", "0.001", *arguments]
        monkeypatch.setattr(sys, "argv", command)
        tool.main()

    call()
    assert (tmp_path / "set/mini.json").is_file()
    with pytest.raises(SystemExit, match=r"make_mini: .*--force"):
        call("--seed", "5")
    with pytest.raises(SystemExit, match=r"make_mini: .*set exists; remove it"):
        call("--vpo")
