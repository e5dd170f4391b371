"""The clips of $AVS_REAL: counts, and samples equal to the files byte for byte."""

import csv
import json
import re
import wave
from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_pairs import write_audio_pairs
from avs_mm.datasets.avsbench_layout import clip_objects

pytestmark = pytest.mark.slow

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
TRACKS = "(.*)_(?:both|first|second)$"  # one picture under several sounds, where clips are so named
TABLES = {"s4": "s4_meta_data.csv", "ms3": "ms3_meta_data.csv", "avss": "metadata.csv"}
SPLIT = {"s4": 3, "ms3": 1, "avss": 5}  # column


@pytest.fixture
def roots(real_data: Path) -> dict[str, Path]:
    return dict(
        s4=real_data / "AVSBench-object" / "Single-source",
        ms3=real_data / "AVSBench-object" / "Multi-sources",
        avss=real_data / "AVSBench-semantic",
    )


@pytest.fixture
def labels(roots) -> dict[str, int]:
    """Label of each category of AVSBench-semantic, in its order."""
    labels = json.loads((roots["avss"] / "label2idx.json").read_text())
    return dict(sorted(labels.items(), key=lambda item: item[1])[1:])


def rows_of(roots: dict[str, Path], subset: str) -> list[list[str]]:
    with (roots[subset] / TABLES[subset]).open() as file:
        return list(csv.reader(file))[1:]


def masks_of(root: Path, subset: str, row: list[str]) -> list[Path]:
    if subset == "avss":
        return list((root / row[-1] / row[1] / "labels_semantic").glob("*.png"))
    place = Path(row[-1], *row[2:-1], row[0])  # split, S4's category, clip
    return list((root / f"{subset}_data" / "gt_masks" / place).glob("*.png"))


@pytest.mark.parametrize("subset", ["s4", "ms3", "avss"])
@pytest.mark.parametrize("split", ["train", "val", "test"])
def test_every_mask_is_a_sample(roots, labels, subset, split):
    dataset = AVSBenchDataset(subset=subset, split=split, data_root=roots[subset])
    rows = [row for row in rows_of(roots, subset) if row[SPLIT[subset]] == split]
    masks = [mask for row in rows for mask in masks_of(roots[subset], subset, row)]
    assert len(dataset) == len(masks) >= len(rows) > 0
    categories = dict(
        s4=sorted({row[2] for row in rows_of(roots, "s4")}), ms3=[], avss=list(labels)
    )
    assert list(dataset.metainfo["classes"]) == categories[subset]


@pytest.mark.parametrize("subset", ["s4", "ms3", "avss"])
def test_samples_equal_the_files(roots, read_pixels, subset):
    dataset = AVSBenchDataset(
        subset=subset,
        split="test",
        data_root=roots[subset],
        semantic_root=roots["avss"] if subset == "ms3" else None,
        pipeline=PIPELINE,
    )
    for index in range(0, len(dataset), 7):
        info, item = dataset.get_data_info(index), dataset[index]
        sample = item["data_samples"]
        mask = read_pixels(info["seg_map_path"])
        assert sample.gt_sounding_mask.data.sum() == (mask > 0).sum()
        np.testing.assert_array_equal(sample.gt_sem_seg.data[0] != 255, mask > 0)

        start = 16_000 * info["second"]
        with wave.open(info["audio_path"]) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        audio = np.round(item["inputs"]["audio"].numpy() * 32768)
        np.testing.assert_array_equal(audio, samples[start : start + 16_000])


def test_first_training_sample(roots, read_pixels):
    dataset = AVSBenchDataset(subset="s4", split="train", data_root=roots["s4"], pipeline=PIPELINE)
    name, _, category, _ = next(row for row in rows_of(roots, "s4") if row[3] == "train")
    sample = dataset[0]["data_samples"]
    assert (sample.clip, sample.frame) == (name, 0)
    assert dataset.metainfo["classes"][sample.category] == category
    mask = roots["s4"] / "s4_data" / "gt_masks" / "train" / category / name / f"{name}_1.png"
    np.testing.assert_array_equal(sample.gt_sounding_mask.data[0], read_pixels(mask) > 0)


def test_ms3_categories_are_those_of_the_semantic_labels(roots, read_pixels):
    dataset = AVSBenchDataset(
        subset="ms3",
        split="test",
        data_root=roots["ms3"],
        semantic_root=roots["avss"],
        pipeline=PIPELINE,
    )
    for index in range(len(dataset)):
        expected = read_pixels(dataset.get_data_info(index)["semantic_map_path"])
        categories = dataset[index]["data_samples"].gt_sem_seg.data[0].numpy()
        np.testing.assert_array_equal(np.where(categories == 255, 0, categories + 1), expected)


def test_palette_is_that_of_labels_rgb(roots, read_pixels):
    dataset = AVSBenchDataset(subset="avss", split="test", data_root=roots["avss"])
    palette = np.array([[0, 0, 0], *dataset.metainfo["palette"]])
    for index in range(0, len(dataset), 10):
        path = dataset.get_data_info(index)["seg_map_path"]
        colours = read_pixels(path.replace("labels_semantic", "labels_rgb"))
        np.testing.assert_array_equal(palette[read_pixels(path)], colours)


def test_unmatched_sounds_are_of_another_category(roots):
    dataset = AVSBenchDataset(subset="s4", split="test", data_root=roots["s4"], audio="unmatched")
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    pairs = {(Path(i["img_path"]).parts[-3], Path(i["audio_path"]).parts[-2]) for i in infos}
    assert all(image != sound for image, sound in pairs)
    assert len({sound for _, sound in pairs}) > 1


@pytest.mark.parametrize("split", ["train", "val"])
def test_unmatched_sounds_are_of_nothing_else_in_the_scene(roots, labels, split):
    """The tracks of one scene sound differently, and no unmatched sound is of any of them."""
    objects = {
        uid: set(clip_objects(names, labels) or ())
        for _, uid, _, _, names, *_ in rows_of(roots, "avss")
    }
    scenes = {clip: re.match(TRACKS, clip) for clip, _ in rows_of(roots, "ms3")}
    scene_of = {clip: match[1] if match else clip for clip, match in scenes.items()}
    dataset = AVSBenchDataset(
        subset="ms3",
        split=split,
        data_root=roots["ms3"],
        semantic_root=roots["avss"],
        audio="unmatched",
        unmatched_splits=["train", "val", "test"],
        scene_pattern=TRACKS if any(scenes.values()) else None,
    )
    sounds = set()
    for info in (dataset.get_data_info(index) for index in range(len(dataset))):
        scene = scene_of[info["clip"]]
        shown = set().union(*(objects[clip] for clip in scene_of if scene_of[clip] == scene))
        sound = Path(info["audio_path"]).stem
        assert not objects[sound] & shown, (info["clip"], sound)
        sounds.add(sound)
    assert len(sounds) > 1


@pytest.mark.parametrize("audio", ["unmatched", "offscreen", "mute"])
def test_a_written_list_gives_the_same_samples(roots, real_data: Path, tmp_path: Path, audio):
    offscreen = real_data / "offscreen_audio"
    if audio == "offscreen" and not offscreen.is_dir():
        pytest.skip("AVS_REAL holds no offscreen_audio")
    known = dict(
        subset="s4",
        split="test",
        data_root=roots["s4"],
        audio=audio,
        offscreen_root=offscreen,
        pipeline=PIPELINE,
    )
    dataset = AVSBenchDataset(**known, audio_seed=3)
    write_audio_pairs(dataset, tmp_path / "pairs.csv")
    again = AVSBenchDataset(**known, audio_pairs=tmp_path / "pairs.csv")
    for index in range(0, len(dataset), 9):
        assert again.get_data_info(index) == dataset.get_data_info(index)
        item, other = dataset[index]["inputs"], again[index]["inputs"]
        np.testing.assert_array_equal(item["audio"], other["audio"])
        assert item["audio"].any()
