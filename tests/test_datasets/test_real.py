"""The real clips of ../shared/real: counts, and samples equal to the files byte for byte."""

import csv
import wave
from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets import AVSBenchDataset
from avs_mm.datasets.audio_pairs import write_audio_pairs

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
CATEGORIES = ("airplane", "bird", "car", "cat", "clock", "cow", "dog", "keyboard", "mouse")
CATEGORIES += ("person", "sheep", "toilet", "train")


@pytest.fixture
def roots(shared_real: Path) -> dict[str, Path]:
    return dict(
        s4=shared_real / "AVSBench-object" / "Single-source",
        ms3=shared_real / "AVSBench-object" / "Multi-sources",
        avss=shared_real / "AVSBench-semantic",
    )


@pytest.mark.parametrize(
    ("subset", "split", "samples"),
    [
        ("s4", "train", 57),
        ("s4", "val", 13 * 5),
        ("s4", "test", 26 * 5),
        ("ms3", "train", 15 * 5),
        ("ms3", "val", 3 * 5),
        ("ms3", "test", 6 * 5),
        ("avss", "train", 25 + 15 * 5),
        ("avss", "val", (7 + 3) * 5),
        ("avss", "test", (12 + 6) * 5),
    ],
)
def test_number_of_samples(roots, subset, split, samples):
    dataset = AVSBenchDataset(subset=subset, split=split, data_root=roots[subset])
    assert len(dataset) == samples
    assert dataset.metainfo["classes"] == (() if subset == "ms3" else CATEGORIES)


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
        heard = np.round(item["inputs"]["audio"].numpy() * 32768)
        np.testing.assert_array_equal(heard, samples[start : start + 16_000])


def test_first_training_sample(roots):
    dataset = AVSBenchDataset(subset="s4", split="train", data_root=roots["s4"], pipeline=PIPELINE)
    sample = dataset[0]["data_samples"]
    assert (sample.clip, sample.frame, sample.category) == ("airplane_coco_000000000247", 0, 0)
    assert sample.gt_sounding_mask.data.sum() == 29195


def test_ms3_categories_are_those_of_the_semantic_labels(roots, read_pixels):
    dataset = AVSBenchDataset(
        subset="ms3",
        split="test",
        data_root=roots["ms3"],
        semantic_root=roots["avss"],
        pipeline=PIPELINE,
    )
    for index in range(len(dataset)):
        labels = read_pixels(dataset.get_data_info(index)["semantic_map_path"])
        categories = dataset[index]["data_samples"].gt_sem_seg.data[0].numpy()
        np.testing.assert_array_equal(np.where(categories == 255, 0, categories + 1), labels)


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
    assert {sound for _, sound in pairs} == {image for image, _ in pairs}


def test_unmatched_sounds_are_of_nothing_else_in_the_scene(roots):
    """The tracks _both, _first and _second are heard under one scene, but cropped differently."""
    dataset = AVSBenchDataset(
        subset="ms3",
        split="val",
        data_root=roots["ms3"],
        semantic_root=roots["avss"],
        audio="unmatched",
        unmatched_splits=["train", "val", "test"],
        scene_pattern="(.*)_(?:both|first|second)$",
    )
    infos = [dataset.get_data_info(index) for index in range(len(dataset))]
    assert {info["clip"].rsplit("_", 1)[0] for info in infos} == {"cat_dog_coco_000000022892"}
    objects = _objects(roots["avss"])
    heard = {objects[Path(info["audio_path"]).stem] for info in infos}
    assert not {"cat", "dog"} & set("_".join(heard).split("_"))
    assert len(heard) > 1


def test_the_scene_counts_without_its_own_sound(roots):
    """Without the pattern, an image of bird and cat under the bird alone may hear a cat."""
    known = dict(
        subset="ms3",
        split="train",
        data_root=roots["ms3"],
        semantic_root=roots["avss"],
        audio="unmatched",
    )
    objects = _objects(roots["avss"])

    def shared(**arguments) -> int:
        dataset = AVSBenchDataset(**known, **arguments)
        infos = [dataset.get_data_info(index) for index in range(len(dataset))]
        shown_in = [set(info["clip"].split("_")[:2]) for info in infos]
        heard = [set(objects[Path(info["audio_path"]).stem].split("_")) for info in infos]
        return sum(bool(seen & sound) for seen, sound in zip(shown_in, heard, strict=True))

    assert shared() > 0
    assert shared(scene_pattern="(.*)_(?:both|first|second)$") == 0


def _objects(semantic_root: Path) -> dict[str, str]:
    rows = csv.DictReader((semantic_root / "metadata.csv").open())
    return {row["uid"]: row["a_obj"] for row in rows}


@pytest.mark.parametrize("audio", ["unmatched", "offscreen", "mute"])
def test_a_written_list_gives_the_same_samples(roots, shared_real: Path, tmp_path: Path, audio):
    known = dict(
        subset="s4",
        split="test",
        data_root=roots["s4"],
        audio=audio,
        offscreen_root=shared_real / "offscreen_audio",
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
