"""The synthetic AVISeg: its layout, and that what sounds is what is annotated."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from avs_mm.datasets import AVISDataset
from avs_mm.mini import CATEGORIES, make_mini_avis

PIPELINE = [
    dict(type="mmcv.LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadInstanceMasks"),
    dict(type="avs_mm.PackAVSInputs"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    videos = {"train": 2, "test": 1}
    return make_mini_avis(tmp_path_factory.mktemp("avis") / "mini", videos=videos, progress=False)


def test_it_is_read_as_aviseg(root: Path):
    init_default_scope("mmseg")
    dataset = AVISDataset(split="train", data_root=root, pipeline=PIPELINE)
    assert len(dataset) == 20
    assert dataset.metainfo["classes"] == CATEGORIES
    silent, loud = [], []
    for index in range(len(dataset)):
        packed = dataset[index]
        mask = packed["data_samples"].gt_sounding_mask.data
        level = float((packed["inputs"]["audio"] ** 2).mean() ** 0.5)
        (loud if mask.any() else silent).append(level)
    assert silent  # in some seconds nothing sounds
    assert max(silent) < 0.01 < min(loud)


def test_the_outlines_are_those_of_the_objects(root: Path):
    for annotation in json.loads((root / "train.json").read_text())["annotations"]:
        video = (annotation["height"], annotation["width"])
        assert video == (144, 192)
        for outlines, area, box in zip(
            annotation["segmentations"], annotation["areas"], annotation["bboxes"], strict=True
        ):
            assert (outlines is None) == (area is None) == (box is None)
            if outlines:
                points = np.concatenate([np.reshape(outline, (-1, 2)) for outline in outlines])
                left, top, width, height = box
                assert points.min(axis=0).tolist() == [left, top]
                assert points.max(axis=0).tolist() == [left + width - 1, top + height - 1]


def test_twins_sound_together(tmp_path: Path):
    root = make_mini_avis(tmp_path / "twins", videos={"test": 3}, twins=1.0, progress=False)
    annotations = json.loads((root / "test.json").read_text())["annotations"]
    for video in (1, 2, 3):
        first, second, *others = (one for one in annotations if one["video_id"] == video)
        assert first["category_id"] == second["category_id"]
        assert all(one["category_id"] != first["category_id"] for one in others)
        sounds = [[bool(area) for area in one["areas"]] for one in (first, second)]
        assert sounds[0] == sounds[1]
        boxes = zip(first["bboxes"], second["bboxes"], strict=True)
        assert all(one != other for one, other in boxes if one)
    with pytest.raises(ValueError, match="from 0 to 1, not 2"):
        make_mini_avis(tmp_path / "more", twins=2)


def test_one_of_two_sounds_and_what_sounds_is_blurred(tmp_path: Path):
    root = make_mini_avis(
        tmp_path / "one", videos={"test": 6}, twins=1.0, one_sounds=True, progress=False
    )
    content = json.loads((root / "test.json").read_text())
    sharpness: dict[bool, list[float]] = {True: [], False: []}
    for video in content["videos"]:
        own = [one for one in content["annotations"] if one["video_id"] == video["id"]]
        first, second = ([bool(area) for area in one["areas"]] for one in own[:2])
        assert own[0]["category_id"] == own[1]["category_id"]
        assert any(first)
        assert any(second)
        assert not any(one and other for one, other in zip(first, second, strict=True))
        for file, *boxes in zip(video["file_names"], *(one["bboxes"] for one in own), strict=True):
            grey = cv2.imread(str(root / "test" / "JPEGImages" / file), cv2.IMREAD_GRAYSCALE)
            edges = cv2.Laplacian(grey, cv2.CV_32F) ** 2
            for one, box in zip(own, boxes, strict=True):
                known = box or next(other for other in one["bboxes"] if other)
                left, top, width, height = map(int, known)
                inside = edges[top : top + height, left : left + width]
                sharpness[box is not None].append(float(inside.mean()))
    assert np.median(sharpness[True]) < 0.6 * np.median(sharpness[False])
    with pytest.raises(ValueError, match="one_sounds is of twins"):
        make_mini_avis(tmp_path / "none", one_sounds=True)


def test_the_same_seed_gives_the_same_bytes(root: Path, tmp_path: Path):
    again = make_mini_avis(tmp_path / "again", videos={"test": 1}, progress=False)
    for path in sorted(again.rglob("*")):
        if path.is_file():
            assert path.read_bytes() == (root / path.relative_to(again)).read_bytes()
    with pytest.raises(FileExistsError, match="again exists"):
        make_mini_avis(again)
