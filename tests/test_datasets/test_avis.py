"""AVISDataset on files in AVISeg's layout."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mmengine.registry import init_default_scope

from avs_mm.datasets import AVISDataset, avis
from avs_mm.launch import read_config
from avs_mm.registry import MODELS, TRANSFORMS
from avs_mm.shipped import tools_dir

CONFIGS = tools_dir().parent / "configs"

PIPELINE = [
    dict(type="mmcv.LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadInstanceMasks"),
    dict(type="mmseg.RandomFlip", prob=1.0),
    dict(type="avs_mm.PackAVSInputs"),
]


def test_a_sample_is_a_frame_and_its_second(avis_root: Path):
    init_default_scope("mmseg")
    dataset = AVISDataset(split="test", data_root=avis_root, pipeline=PIPELINE)
    assert len(dataset) == 6
    assert dataset.metainfo["classes"] == ("cat", "dog")  # in the order of the ids
    assert dataset.table == avis_root / "test.json"
    for index in range(6):
        packed = dataset[index]
        sample = packed["data_samples"]
        video, frame = divmod(index, 3)
        assert (sample.clip, sample.video_id) == (("cats", "dogs")[video], video + 1)
        assert (sample.frame, sample.second, sample.subset) == (frame, frame, "avis")
        assert sample.video_categories == [[0], [1, 1]][video]
        assert np.allclose(packed["inputs"]["audio"] * 32768, 1000 * (frame + 1) + 10 * video)
        sounding = sample.gt_sounding_mask.data[0].numpy()
        assert sounding.sum() == (0 if frame == 2 else (16, 12)[video])
        categories = sample.gt_sem_seg.data[0].numpy()
        assert set(np.unique(categories)) == ({255} if frame == 2 else {255, video})
        if frame < 2:
            assert sounding[2, -3] == 1  # flipped with the image
            assert sounding[2, 2] == 0


@pytest.mark.parametrize(("instances", "areas"), [(True, [6, 6]), (False, [12])])
def test_two_violins_of_a_duet(avis_root: Path, instances, areas):
    # the two dogs of the second video stand for them: polygons, a null where they are silent
    init_default_scope("mmseg")
    steps = [dict(step) for step in PIPELINE]
    steps[2]["instances"] = instances
    steps.insert(3, dict(type="mmseg.Resize", scale=(64, 48)))
    steps.insert(5, dict(type="mmseg.RandomCrop", crop_size=(48, 60)))
    dataset = AVISDataset(split="train", data_root=avis_root, pipeline=steps)
    sample, silent = (dataset[index]["data_samples"] for index in (3, 5))
    assert ("gt_instance_map" in sample) == instances
    head = MODELS.build(read_config(CONFIGS / "mini" / "seg.py").model.decode_head)
    truth, nothing = head._seg_data_to_instance_data([sample, silent])[0]
    assert truth.labels.tolist() == [1] * len(areas)
    columns = [sorted(set(mask.nonzero()[:, 1].tolist())) for mask in truth.masks]
    widths = [len(of_one) for of_one in columns]
    if instances:  # twice the size, flipped, cut at the sides by up to 4 columns, outside of both
        assert sample.gt_instance_map.data.unique().tolist() == [0, 1, 2]
        assert widths == [4, 4]
        assert min(columns[0]) - max(columns[1]) == 2 * 5 + 1
        assert silent.gt_instance_map.data.sum() == 0
    assert truth.masks.flatten(1).sum(dim=1).tolist() == [4 * area for area in areas]
    assert len(nothing) == 0


def test_more_objects_than_a_map_holds(avis_root: Path):
    transform = TRANSFORMS.build(dict(type="avs_mm.LoadInstanceMasks", instances=True))
    results = dict(img=np.zeros((4, 4, 3)), size=(4, 4), img_path="a.jpg", instances=[{}] * 255)
    with pytest.raises(ValueError, match=r"a\.jpg has 255 objects.* holds 254"):
        transform(results)


def test_instances_name_every_object(avis_root: Path):
    dataset = AVISDataset(split="train", data_root=avis_root)
    frames = [[i["id"] for i in dataset.get_data_info(index)["instances"]] for index in range(6)]
    assert frames == [[1], [1], [], [2, 3], [2, 3], []]
    in_video = [dataset.get_data_info(index)["video_categories"] for index in range(6)]
    assert in_video == [[0]] * 3 + [[1, 1]] * 3
    dataset.set_categories(("dog", "horse", "cat"))
    assert [i["category"] for i in dataset.get_data_info(3)["instances"]] == [0, 0]
    assert dataset.get_data_info(5)["video_categories"] == [0, 0]
    assert dataset.get_data_info(0)["instances"][0]["category"] == 2
    with pytest.raises(ValueError, match=r"has objects of category dog, which is not in"):
        dataset.set_categories(("cat", "horse"))


@pytest.mark.parametrize("audio", ["silence", "noise", "mute", None])
def test_other_sounds(avis_root: Path, audio):
    steps = [step for step in PIPELINE if audio or step["type"] != "avs_mm.LoadAudio"]
    packed = AVISDataset(split="val", data_root=avis_root, audio=audio, pipeline=steps)[1]
    if audio is None:
        assert "audio" not in packed["inputs"]
    else:
        level = {"silence": 0, "noise": 0.1, "mute": 0.5 / 32768}[audio]
        assert float((packed["inputs"]["audio"] ** 2).mean() ** 0.5) == pytest.approx(
            level, rel=0.1
        )
        assert packed["data_samples"].audio_condition == audio


def test_missing_files_are_named(avis_root: Path):
    (avis_root / "test/WAVAudios/dogs.wav").unlink()
    with pytest.raises(FileNotFoundError, match=r"1 of 2 clips lack files[^$]*dogs\.wav"):
        AVISDataset(split="test", data_root=avis_root)
    AVISDataset(split="test", data_root=avis_root, audio=None)
    (avis_root / "test/JPEGImages/cats/00001.jpg").unlink()
    with pytest.raises(FileNotFoundError, match="2 of 2 clips lack files"):
        AVISDataset(split="test", data_root=avis_root)


def test_an_image_of_another_size_is_refused(avis_root: Path, write_image):
    write_image(avis_root / "test/JPEGImages/cats/00000.jpg", np.zeros((12, 16, 3), np.uint8))
    dataset = AVISDataset(split="test", data_root=avis_root, pipeline=PIPELINE)
    with pytest.raises(ValueError, match="is 16x12, but its annotation is of 32x24 pixels"):
        dataset[0]


def segmentation(value) -> Callable[[dict], None]:
    """Put another segmentation into frame 1 of the second annotation."""
    return lambda content: content["annotations"][1]["segmentations"].__setitem__(1, value)


def change_json(path: Path, change: Callable[[dict], None]) -> None:
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


TRIANGLE = [2, 2, 8, 2, 2, 8]


@pytest.mark.parametrize(
    ("polygons", "left"),
    [
        ([[2, 2, 12, 12]], None),
        ([[]], None),
        ([[2, 2]], None),
        ([[2, 2, 8, 2, 2, 8, 9]], None),
        ([TRIANGLE, [2, 2, 12, 12]], [TRIANGLE]),
        ([[2, 2, 12, 12], TRIANGLE, [1]], [TRIANGLE]),
    ],
)
def test_polygons_without_an_area_are_left_out(avis_root: Path, monkeypatch, polygons, left):
    init_default_scope("mmseg")
    log: list[str] = []
    monkeypatch.setattr(avis, "print_log", lambda text, **_: log.append(text))
    change_json(avis_root / "train.json", segmentation(polygons))
    dataset = AVISDataset(split="train", data_root=avis_root, pipeline=PIPELINE)
    found = {i["id"]: i["segmentation"] for i in dataset.get_data_info(4)["instances"]}
    assert found.get(2) == left
    assert set(found) == ({3} if left is None else {2, 3})
    dropped = len(polygons) - len(left or ())
    assert [f"train.json: {dropped} polygons of an odd length" in text for text in log] == [True]
    assert dataset[4]["data_samples"].gt_sounding_mask.data.sum() > 0
    AVISDataset(split="test", data_root=avis_root)
    assert len(log) == 1


def test_a_damaged_mask_is_named(avis_root: Path):
    init_default_scope("mmseg")
    rle = {"size": [24, 32], "counts": "abc"}
    change_json(avis_root / "train.json", segmentation(rle))
    dataset = AVISDataset(split="train", data_root=avis_root, pipeline=PIPELINE)
    with pytest.raises(
        ValueError, match=r"dogs/00001\.jpg: annotation 2 has no mask \(Invalid RLE"
    ):
        dataset[4]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda c: c.pop("categories"), "no 'categories'"),
        (lambda c: c["annotations"][0].pop("areas"), "no 'areas'"),
        (lambda c: c["annotations"][0].update(category_id=7), "annotation 1 is of category 7"),
        (lambda c: c["annotations"][0].update(video_id=7), "no 7"),
        (lambda c: c["annotations"][1].update(id=1), "the id 1 is there twice"),
        (lambda c: c["annotations"][0]["segmentations"].pop(), "2 segmentations for 3 frames"),
        (lambda c: c["videos"][0]["file_names"].append("../x.jpg"), r"files in \['\.\.', 'cats'\]"),
        (lambda c: c["videos"].append(c["videos"][0]), "the video cats is there twice"),
        (lambda c: c["videos"].clear(), "no 1"),
        (segmentation([2, 2, 4, 2, 4, 5]), "annotation 2, frame 1: its .* not one of polygons"),
        (segmentation([[2, 2, 4, None, 4, 5]]), "annotation 2, frame 1: a polygon has a coord"),
        (
            segmentation({"size": [32, 24], "counts": "abc"}),
            r"RLE is of \(H, W\) = \(32, 24\), and",
        ),
        (segmentation({"size": [24, 32], "counts": [7, 1]}), "RLE has 8 pixels, and the video 768"),
        (segmentation({"size": [24, 32]}), "annotation 2, frame 1: no 'counts'"),
    ],
)
def test_a_damaged_json_is_refused(avis_root: Path, change, fault):
    change_json(avis_root / "test.json", change)
    with pytest.raises(ValueError, match=rf"test\.json: is no annotation of AVISeg.*{fault}"):
        AVISDataset(split="test", data_root=avis_root)


def test_choices(avis_root: Path):
    with pytest.raises(ValueError, match="unknown split 'dev'"):
        AVISDataset(split="dev", data_root=avis_root)
    with pytest.raises(ValueError, match="unknown audio 'unmatched'"):
        AVISDataset(split="test", data_root=avis_root, audio="unmatched")
    with pytest.raises(FileNotFoundError, match=r"test\.json: no such file"):
        AVISDataset(split="test", data_root=avis_root / "elsewhere")
