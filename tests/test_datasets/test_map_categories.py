from pathlib import Path

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset
from mmengine.registry import init_default_scope
from mmseg.datasets import MultiImageMixDataset

from avs_mm.datasets import AVSBenchDataset, conditioned_frames
from avs_mm.datasets.map_categories import map_categories

MODEL = ("zebra", "horse", "dog", "cat")
PIPELINE = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
]


@pytest.fixture(autouse=True)
def scope():
    init_default_scope("mmseg")


@pytest.fixture
def dataset(s4_root: Path) -> AVSBenchDataset:
    return AVSBenchDataset(subset="s4", split="test", data_root=s4_root, pipeline=PIPELINE)


def labels(dataset) -> list[set[int]]:
    """Categories in the maps of each clip's first frame."""
    return [set(np.unique(dataset[index]["gt_seg_map"]).tolist()) - {255} for index in (0, 5, 10)]


def test_labels_are_the_models(dataset):
    assert dataset.metainfo["classes"] == ("cat", "dog", "horse")
    assert labels(dataset) == [{1}, {0}, {2}]  # dog, cat, horse
    map_categories(dataset, MODEL)
    assert dataset.metainfo["classes"] == MODEL
    assert len(dataset.metainfo["palette"]) == 4
    assert labels(dataset) == [{2}, {3}, {1}]
    assert [dataset.get_data_info(index)["category"] for index in (0, 5, 10)] == [2, 3, 1]


def test_before_it_is_initialised(s4_root: Path):
    lazy = AVSBenchDataset(
        subset="s4", split="test", data_root=s4_root, pipeline=PIPELINE, lazy_init=True
    )
    map_categories(lazy, MODEL)
    lazy.full_init()
    assert labels(lazy) == [{2}, {3}, {1}]


def test_reaches_into_wrappers(dataset):
    joined = ConcatDataset([dataset, dataset])
    mixed = MultiImageMixDataset(joined, pipeline=[])
    map_categories(mixed, MODEL)
    for wrapper in (mixed, joined, dataset):
        assert wrapper.metainfo["classes"] == MODEL
    assert labels(mixed) == [{2}, {3}, {1}]


def test_of_frames_under_several_sounds(s4_root: Path):
    config = dict(
        type="avs_mm.AVSBenchDataset",
        subset="s4",
        split="test",
        data_root=str(s4_root),
        pipeline=PIPELINE,
    )
    frames = conditioned_frames(config, ("original", "noise"))
    map_categories(frames, MODEL)
    assert frames.metainfo["classes"] == MODEL
    assert frames.conditions["noise"].get_data_info(0)["category"] == 2


def test_an_unknown_category_is_named(dataset):
    with pytest.raises(ValueError, match="clip horse_c is of category horse"):
        map_categories(dataset, ("cat", "dog"))


def test_categories_that_no_clip_has_need_not_be_known(s4_root: Path):
    train = AVSBenchDataset(subset="s4", split="train", data_root=s4_root, pipeline=PIPELINE)
    map_categories(train, ("dog", "cat"))  # the horse is in the test split
    assert set(np.unique(train[0]["gt_seg_map"]).tolist()) == {0, 255}
