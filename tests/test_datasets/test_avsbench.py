"""The data set: its samples, categories, conditions, and what it refuses."""

import pickle
import re
from pathlib import Path

import numpy as np
import pytest
from mmengine.dataset import pseudo_collate
from mmengine.registry import DATASETS, DefaultScope
from torch.utils.data import DataLoader

from avs_mm.datasets import AVSBenchDataset

PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="mmseg.Resize", scale=(16, 12)),
    dict(type="mmseg.RandomFlip", prob=0.0),
    dict(type="avs_mm.PackAVSInputs"),
]


def amplitude(clip: int, second: int) -> float:
    return (1000 * (second + 1) + 10 * clip) / 32768


@pytest.mark.parametrize(("split", "samples"), [("train", 2), ("val", 10), ("test", 15)])
def test_s4_samples(s4_root: Path, split, samples):
    dataset = AVSBenchDataset(subset="s4", split=split, data_root=s4_root, pipeline=PIPELINE)
    assert len(dataset) == samples
    assert dataset.metainfo["classes"] == ("cat", "dog", "horse")


def test_s4_sample(s4_root: Path):
    dataset = AVSBenchDataset(subset="s4", split="test", data_root=s4_root, test_mode=True)
    info = dataset.get_data_info(5 + 3)  # the fourth frame of the second clip
    assert info["clip"] == "cat_c"
    assert (info["frame"], info["second"], info["category"]) == (3, 3, 0)
    assert (info["audio_condition"], info["subset"]) == ("original", "s4")
    assert info["img_path"].endswith("visual_frames/test/cat/cat_c/cat_c_4.png")
    assert info["seg_map_path"].endswith("gt_masks/test/cat/cat_c/cat_c_4.png")
    assert info["audio_path"].endswith("audio_wav/test/cat/cat_c.wav")


def test_s4_through_the_pipeline(s4_root: Path):
    dataset = AVSBenchDataset(subset="s4", split="test", data_root=s4_root, pipeline=PIPELINE)
    item = dataset[5 + 3]
    assert item["inputs"]["img"].shape == (3, 12, 16)
    assert item["inputs"]["img"].unique().tolist() == [20 * 5 + 5]
    np.testing.assert_allclose(item["inputs"]["audio"], amplitude(clip=5, second=3), atol=1e-7)
    sample = item["data_samples"]
    # Half the size: rows 1 to 3 and columns 2 to 4 of the 6 x (2 + 3) pixels from (2, 4) on.
    assert sample.gt_sounding_mask.data.sum() == 9
    assert sample.gt_sem_seg.data.unique().tolist() == [0, 255]
    assert ((sample.gt_sem_seg.data == 0) == (sample.gt_sounding_mask.data == 1)).all()
    assert (sample.clip, sample.frame, sample.category) == ("cat_c", 3, 0)


def test_ms3_with_semantic_labels(ms3_root: Path, semantic_root: Path):
    dataset = AVSBenchDataset(
        subset="ms3",
        split="train",
        data_root=ms3_root,
        semantic_root=semantic_root,
        pipeline=PIPELINE[:3],
    )
    assert dataset.metainfo["classes"] == ("cat", "dog", "horse")
    categories = dataset[2]["gt_seg_map"]
    # cat in the left half of 4 rows of 6 pixels, dog in the right one
    assert np.bincount(categories.ravel(), minlength=256)[[0, 1, 2]].tolist() == [12, 12, 0]
    np.testing.assert_array_equal(categories != 255, dataset[2]["gt_sounding_mask"] == 1)
    assert (dataset[4]["gt_seg_map"] == 255).all()


@pytest.mark.parametrize("test_mode", [False, True])
def test_ms3_alone_knows_no_category(ms3_root: Path, test_mode):
    dataset = AVSBenchDataset(
        subset="ms3", split="val", data_root=ms3_root, test_mode=test_mode, pipeline=PIPELINE
    )
    assert dataset.metainfo["classes"] == ()
    sample = dataset[1]["data_samples"]
    assert "gt_sem_seg" not in sample
    assert sample.gt_sounding_mask.data.unique().tolist() == [0, 1]


def test_avss(semantic_root: Path):
    dataset = AVSBenchDataset(
        subset="avss",
        split="train",
        data_root=semantic_root,
        labels=("v2",),
        pipeline=PIPELINE[:3],
    )
    assert len(dataset) == 10
    item = dataset[9]
    assert item["img_path"].endswith("v2/long_a/frames/9.jpg")
    np.testing.assert_allclose(item["audio"], amplitude(clip=0, second=9), atol=1e-7)
    # horse (label 3, category 2) on the left, dog (label 2, category 1) on the right; 11 rows
    assert np.bincount(item["gt_seg_map"].ravel(), minlength=256)[:3].tolist() == [0, 33, 33]


def test_classes_of_the_config_set_the_order(s4_root: Path, semantic_root: Path):
    metainfo = dict(classes=["horse", "sheep", "dog", "cat"])
    dataset = AVSBenchDataset(subset="s4", split="val", data_root=s4_root, metainfo=metainfo)
    assert dataset.metainfo["classes"] == ("horse", "sheep", "dog", "cat")
    assert [dataset.get_data_info(index)["category"] for index in (0, 5)] == [2, 3]
    assert len(dataset.metainfo["palette"]) == 4

    dataset = AVSBenchDataset(
        subset="avss",
        split="val",
        data_root=semantic_root,
        metainfo=metainfo,
        pipeline=PIPELINE[:3],
    )
    assert sorted(np.unique(dataset[0]["gt_seg_map"]).tolist()) == [2, 255]


def test_category_outside_the_classes(s4_root: Path):
    with pytest.raises(ValueError, match="dog_b is of category dog, which is not") as caught:
        AVSBenchDataset(
            subset="s4", split="val", data_root=s4_root, metainfo=dict(classes=["cat", "horse"])
        )
    assert "add it there" in str(caught.value)


@pytest.mark.parametrize("classes", [["cat", "cat"], ["background", "cat"], "cat", [1, 2]])
def test_classes_that_are_no_list_of_names(s4_root: Path, classes):
    with pytest.raises(ValueError, match="metainfo classes must be"):
        AVSBenchDataset(subset="s4", split="val", data_root=s4_root, metainfo=dict(classes=classes))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(subset="s5"), "unknown subset 's5'; choose one of s4, ms3, avss"),
        (dict(split="eval"), "unknown split 'eval'; choose one of train, val, test"),
        (dict(audio="rain"), "unknown audio 'rain'; choose one of original, silence, noise, "),
        (dict(audio="offscreen"), "audio='offscreen' needs offscreen_root, a folder of wav files"),
        (dict(audio=None, audio_pairs="x"), "audio_pairs is a list of sounds, but audio is None"),
        (dict(unmatched_splits=["eval"]), "unknown unmatched_splits 'eval'; choose one of train"),
        (dict(subset="avss", labels=["v3"]), "unknown labels 'v3'; choose one of v1s, v1m, v2"),
        (dict(semantic_root="x"), "semantic_root goes with subset 'ms3', not 's4'"),
        (dict(labels=["v2"]), "labels goes with subset 'avss', not 's4'"),
    ],
)
def test_unknown_choices(s4_root: Path, arguments, message):
    known = dict(subset="s4", split="val", data_root=s4_root)
    with pytest.raises(ValueError, match=re.escape(message)):
        AVSBenchDataset(**{**known, **arguments})


def test_a_typo_is_no_argument(s4_root: Path):
    with pytest.raises(TypeError, match="splitt"):
        AVSBenchDataset(subset="s4", splitt="val", data_root=s4_root)


def test_missing_files_at_construction(s4_root: Path):
    (s4_root / "s4_data/gt_masks/val/cat/cat_b/cat_b_3.png").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 of 2 clips lack files(.|\n)*cat_b_3\.png"):
        AVSBenchDataset(subset="s4", split="val", data_root=s4_root)


@pytest.mark.parametrize("content", [b"", b"no image"])
def test_unreadable_frame_is_named(s4_root: Path, content):
    dataset = AVSBenchDataset(subset="s4", split="val", data_root=s4_root, pipeline=PIPELINE)
    path = s4_root / "s4_data/visual_frames/val/dog/dog_b/dog_b_2.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"dog_b_2\.png: not a readable image.*download"):
        dataset[1]


@pytest.mark.slow
def test_audio_conditions(s4_root: Path):
    def sounds(audio: str) -> np.ndarray:
        dataset = AVSBenchDataset(
            subset="s4", split="test", data_root=s4_root, audio=audio, pipeline=PIPELINE
        )
        items = [dataset[index] for index in range(len(dataset))]
        assert {item["data_samples"].audio_condition for item in items} == {audio}
        assert [item["data_samples"].frame for item in items] == [0, 1, 2, 3, 4] * 3
        return np.stack([item["inputs"]["audio"].numpy() for item in items])

    assert (sounds("silence") == 0).all()
    noise = sounds("noise")
    np.testing.assert_allclose(np.sqrt((noise**2).mean(axis=1)), 0.1, rtol=1e-5)
    assert np.abs(np.corrcoef(noise) - np.eye(15)).max() < 0.05
    original = sounds("original")
    np.testing.assert_allclose(
        original[:, 0], [amplitude(clip, s) for clip in (4, 5, 6) for s in range(5)], atol=1e-7
    )
    # Every unmatched second is a second of another clip, as its own data set would hear it.
    unmatched = sounds("unmatched")
    for index, waveform in enumerate(unmatched):
        (source,) = np.flatnonzero((original == waveform).all(axis=1))
        assert source // 5 != index // 5
    np.testing.assert_array_equal(unmatched, sounds("unmatched"))
    mute = sounds("mute") * 32768
    assert np.unique(mute).tolist() == [-1, 0, 1]
    assert np.abs(np.corrcoef(mute) - np.eye(15)).max() < 0.05


def test_offscreen_sounds_go_through_the_same_front_end(s4_root: Path, tmp_path: Path, write_wav):
    """Stereo at 44.1 kHz, the second second at twice the level of the first."""
    left = np.repeat([8000, 16_000], 44_100)
    write_wav(tmp_path / "rain" / "rain.wav", np.stack([left, 0 * left], axis=1), rate=44_100)
    dataset = AVSBenchDataset(
        subset="s4",
        split="test",
        data_root=s4_root,
        audio="offscreen",
        offscreen_root=tmp_path / "rain",
        pipeline=PIPELINE,
    )
    for index in range(len(dataset)):
        item = dataset[index]
        sample, audio = item["data_samples"], item["inputs"]["audio"]
        assert (sample.audio_condition, sample.frame) == ("offscreen", index % 5)
        assert Path(sample.audio_path) == tmp_path / "rain" / "rain.wav"
        assert audio.shape == (16_000,)
        np.testing.assert_allclose(audio[100:-100], 4000 * (sample.second + 1) / 32768, atol=2e-4)
    assert {dataset[index]["data_samples"].second for index in range(15)} == {0, 1}


def test_unmatched_sounds_of_other_splits(ms3_root: Path, semantic_root: Path):
    known = dict(
        subset="ms3",
        split="val",
        data_root=ms3_root,
        semantic_root=semantic_root,
        audio="unmatched",
    )
    with pytest.raises(ValueError, match=r"solo_b \(cat\): no other clip.*unmatched_splits=\["):
        AVSBenchDataset(**known)
    # Of the others only one clip of test sounds of no cat.
    dataset = AVSBenchDataset(**known, unmatched_splits=["train", "val", "test"])
    paths = {Path(dataset.get_data_info(index)["audio_path"]) for index in range(5)}
    assert paths == {ms3_root / "ms3_data/audio_wav/test/other_c.wav"}


def test_unmatched_names_its_source(s4_root: Path, s4_silent_root: Path):
    dataset = AVSBenchDataset(
        subset="s4",
        split="test",
        data_root=s4_root,
        audio="unmatched",
        silent_root=s4_silent_root,
    )
    infos = [dataset.get_data_info(index) for index in range(5)]
    assert {Path(info["audio_path"]).name for info in infos} == {"cat_c.wav"}
    assert [info["frame"] for info in infos] == [0, 1, 2, 3, 4]


def test_samples_without_sound(s4_root: Path):
    for audio in s4_root.rglob("*.wav"):
        audio.unlink()
    pipeline = [step for step in PIPELINE if step["type"] != "avs_mm.LoadAudio"]
    dataset = AVSBenchDataset(
        subset="s4", split="val", data_root=s4_root, audio=None, pipeline=pipeline
    )
    assert list(dataset[0]["inputs"]) == ["img"]


def test_silent_objects(s4_root: Path, s4_silent_root: Path):
    dataset = AVSBenchDataset(
        subset="s4",
        split="test",
        data_root=s4_root,
        silent_root=s4_silent_root,
        metainfo=dict(classes=["horse", "dog", "cat"]),
        pipeline=[PIPELINE[0], *PIPELINE[2:3], PIPELINE[-1]],
    )
    silent = dataset[0]["data_samples"].gt_silent_map.data
    assert (silent == 0).sum() == 10  # the horse, first of the classes here
    assert (silent == 255).sum() == 24 * 32 - 10
    assert dataset[0]["data_samples"].gt_sem_seg.data.unique().tolist() == [1, 255]


@pytest.mark.parametrize("serialize_data", [True, False])
def test_worker_processes_give_the_same_samples(s4_root: Path, serialize_data):
    dataset = AVSBenchDataset(
        subset="s4",
        split="test",
        data_root=s4_root,
        audio="unmatched",
        pipeline=PIPELINE,
        serialize_data=serialize_data,
    )
    loader = DataLoader(dataset, batch_size=4, num_workers=2, collate_fn=pseudo_collate)
    batches = list(loader)
    assert [len(batch["data_samples"]) for batch in batches] == [4, 4, 4, 3]
    audio = [waveform for batch in batches for waveform in batch["inputs"]["audio"]]
    for index, waveform in enumerate(audio):
        np.testing.assert_array_equal(waveform, dataset[index]["inputs"]["audio"])


def test_pickled_and_partial_data_sets(s4_root: Path):
    dataset = AVSBenchDataset(
        subset="s4", split="test", data_root=s4_root, pipeline=PIPELINE, indices=[7, 1]
    )
    assert len(dataset) == 2
    again = pickle.loads(pickle.dumps(dataset))
    assert (again[0]["data_samples"].clip, again[0]["data_samples"].frame) == ("cat_c", 2)
    np.testing.assert_array_equal(again[1]["inputs"]["audio"], dataset[1]["inputs"]["audio"])


@pytest.mark.parametrize("scope", ["mmseg", "mmdet"])
def test_builds_by_name_in_any_scope(s4_root: Path, scope):
    config = dict(
        type="avs_mm.AVSBenchDataset",
        subset="s4",
        split="val",
        data_root=str(s4_root),
        pipeline=PIPELINE,
    )
    with DefaultScope.overwrite_default_scope(scope):
        dataset = DATASETS.build(config)
    assert dataset[0]["inputs"]["audio"].shape == (16_000,)


def test_avss_names_the_part_of_a_clip(semantic_root: Path):
    dataset = AVSBenchDataset(subset="avss", split="test", data_root=semantic_root)
    parts = [dataset.get_data_info(index)["part"] for index in range(len(dataset))]
    assert parts == ["v1s"] * 15 + ["v1m"] * 10 + ["v2"] * 10
