"""The synthetic VPO: its layout, and that what is heard is what is marked, and where."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from avs_mm.datasets import VPODataset
from avs_mm.datasets.vpo_layout import VPO_LABELS, VPO_SPLITS
from avs_mm.mini import CATEGORIES, make_mini_vpo
from avs_mm.mini.vpo import VPO_NAMES

PIPELINE = [
    dict(type="mmcv.LoadImageFromFile"),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="avs_mm.LoadStereoSources", channels="stereo"),
    dict(type="avs_mm.PackAVSInputs"),
]


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    images = {"train": 2, "val": 6}
    return make_mini_vpo(tmp_path_factory.mktemp("vpo") / "mini", images=images, progress=False)


def read(root: Path, subset: str) -> VPODataset:
    init_default_scope("mmseg")
    audio_root = root / "audios"
    return VPODataset(
        subset=subset, split="test", data_root=root, audio_root=audio_root, pipeline=PIPELINE
    )


def rows_of(root: Path, subset: str) -> list[dict[str, str]]:
    table = root / f"VPO-{subset.upper()}" / f"vpo_{subset}_data_stereo.csv"
    rows = list(csv.DictReader(table.open()))
    return [row for row in rows if row["split"] in VPO_SPLITS["test"]]


# Of MSMI half of MS's images, too
@pytest.mark.parametrize(("subset", "number"), [("ss", 12), ("ms", 6), ("msmi", 9)])
def test_it_is_read_as_vpo(root: Path, subset, number):
    assert len(VPO_NAMES) == len(CATEGORIES)
    dataset = read(root, subset)
    assert len(dataset) == number
    labelled = {row["img_Id"]: set() for row in rows_of(root, subset)}
    for row in rows_of(root, subset):
        labelled[row["img_Id"]].add(row["cateName"])
        assert VPO_LABELS[int(row["cateId"])] == row["cateName"]
    for index in range(number):
        packed, info = dataset[index], dataset.get_data_info(index)
        present = np.unique(packed["data_samples"].gt_sem_seg.data)
        names = {dataset.metainfo["classes"][category] for category in present if category < 255}
        image = str(int(info["clip"][:12]))
        assert len(names) == (1 if subset == "ss" else len(labelled[image]))
        assert names <= labelled[image]
        assert 0.01 < float(packed["inputs"]["audio"].sum(dim=0).std()) < 0.9


def test_a_sound_comes_from_the_middle_of_its_object(root: Path):
    for index, row in enumerate(rows_of(root, "ss")):
        info = read(root, "ss").get_data_info(index)
        mask = cv2.imread(info["seg_map_path"], cv2.IMREAD_GRAYSCALE)
        columns = np.flatnonzero((mask == int(row["cateId"])).any(axis=0))
        middle = (columns[0] + columns[-1]) / 2 / (mask.shape[1] - 1)
        assert info["sources"][0]["position"] == pytest.approx(middle, abs=5e-4)
        left, right = read(root, "ss")[index]["inputs"]["audio"].numpy()
        assert right.std() / (left + right).std() == pytest.approx(middle, abs=1e-3)


def test_two_of_a_category_are_apart_in_msmi(root: Path):
    doubled = [row for row in rows_of(root, "msmi") if row["multi_instance"] == "1"]
    assert {row["img_Id"] for row in doubled} == {f"{310_000 + index}" for index in range(6)}
    by_image: dict[str, list[str]] = {}
    for row in doubled:
        by_image.setdefault(row["img_Id"], []).append(row["cateName"])
    assert any(len(names) > len(set(names)) for names in by_image.values())  # both sound
    assert any(len(names) == len(set(names)) for names in by_image.values())


def test_the_same_seed_gives_the_same_bytes(root: Path, tmp_path: Path):
    again = make_mini_vpo(tmp_path / "again", images={"train": 1}, progress=False)
    pictures = [path for path in again.rglob("*") if path.suffix in (".jpg", ".png", ".wav")]
    assert len(pictures) == 4 + 2 + 2 + 120
    for path in pictures:
        assert path.read_bytes() == (root / path.relative_to(again)).read_bytes()
    with pytest.raises(FileExistsError, match="again exists"):
        make_mini_vpo(again)
