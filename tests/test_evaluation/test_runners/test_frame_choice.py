"""Frames for a figure: of different clips, categories and scenes, the same for the same seed."""

from pathlib import Path

import pytest
import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.evaluation.runners.frame_choice import (
    choose_frames,
    frames_by_clip,
    frames_of_clips,
    sounding_categories,
)

# Clip, scene, and the categories that sound in each of its frames
CLIPS = {
    "cat_a": ("attic", [{0}, {0}, {0}]),
    "cat_b": ("barn", [{0}, {0}, {0}]),
    "cat_c": ("cellar", [set(), {0}, set()]),
    "dog_a": ("den", [{1}, {1}, set()]),
    "pair_first": ("park", [{0}, {0}, {0}]),
    "pair_both": ("park", [{0, 1}, {0, 1}, {0, 1}]),
    "horse": ("heath", [{2}, {2}, {2}]),
    "quiet": ("quarry", [set(), set(), set()]),
}


class Frames:
    """As much of an AVSBenchDataset as is asked for."""

    root, split = "data/drawn", "test"

    def __init__(
        self,
        folder: Path,
        *,
        with_categories: bool = True,
        scene_pattern: str | None = None,
        one_image_a_scene: bool = True,
    ) -> None:
        self.with_categories = with_categories
        self.scene_pattern = scene_pattern
        self.frames = []
        for clip, (scene, sounding) in CLIPS.items():
            image = folder / f"{clip}.png"
            image.write_text(scene if one_image_a_scene else clip)
            self.frames += [(clip, str(image), categories) for categories in sounding]

    def __len__(self) -> int:
        return len(self.frames)

    def get_data_info(self, index: int) -> dict:
        clip, img_path, _ = self.frames[index]
        return {"clip": clip, "img_path": img_path}

    def __getitem__(self, index: int) -> dict:
        category_map = torch.full((1, 2, 3), 255)
        for category in self.frames[index][2]:
            category_map[..., category] = category
        sample = SegDataSample()
        sample.gt_sounding_mask = PixelData(data=(category_map != 255).to(torch.uint8))
        if self.with_categories:
            sample.gt_sem_seg = PixelData(data=category_map)
        return {"data_samples": sample}


def clips_of(dataset: Frames, indices: list[int]) -> list[str]:
    return [dataset.get_data_info(index)["clip"] for index in indices]


@pytest.mark.parametrize("seed", range(12))
def test_new_categories_come_first_and_no_scene_twice(tmp_path, seed):
    dataset = Frames(tmp_path)
    order = choose_frames(dataset, 8, seed=seed)
    clips = clips_of(dataset, order)
    assert sorted(clips) == sorted(CLIPS)

    shown: set[int] = set()
    adding = []
    for index in order:
        sounding = sounding_categories(dataset[index]["data_samples"])
        adding.append(bool(sounding - shown))
        shown |= sounding
    assert shown == {0, 1, 2}
    assert adding == sorted(adding, reverse=True)
    scenes = [CLIPS[clip][0] for clip in clips]
    assert len(set(scenes[:7])) == 7  # the other track of the park is the last
    assert scenes[7] == "park"


@pytest.mark.parametrize(
    ("pattern", "last"),
    [
        ("(.*)_(?:both|first)$", {"pair_first", "pair_both"}),
        ("(cat)_", {"cat_a", "cat_b", "cat_c"}),
    ],
)
def test_a_scene_may_be_told_by_name(tmp_path, pattern, last):
    dataset = Frames(tmp_path, scene_pattern=pattern, one_image_a_scene=False)
    repeats = len(last) - 1
    for seed in range(12):
        clips = clips_of(dataset, choose_frames(dataset, 8, seed=seed))
        assert last.issuperset(clips[-repeats:])
        assert len(last.intersection(clips[:-repeats])) == 1


def test_the_choice_follows_from_the_seed(tmp_path):
    dataset = Frames(tmp_path)
    drawn = [tuple(choose_frames(dataset, 3, seed=seed)) for seed in range(12)]
    assert drawn == [tuple(choose_frames(dataset, 3, seed=seed)) for seed in range(12)]
    assert len(set(drawn)) > 6
    # fewer frames are the first of more
    assert choose_frames(dataset, 2, seed=5) == choose_frames(dataset, 3, seed=5)[:2]


def test_without_categories_the_lot_decides(tmp_path):
    dataset = Frames(tmp_path, with_categories=False)
    clips = clips_of(dataset, choose_frames(dataset, 7, seed=0))
    assert len({CLIPS[clip][0] for clip in clips}) == 7


def test_the_middle_one_of_the_frames_with_sound_is_shown(tmp_path):
    dataset = Frames(tmp_path)
    names = ["horse", "cat_c", "dog_a", "quiet"]
    chosen = frames_of_clips(dataset, names)
    places = frames_by_clip(dataset)
    assert places["cat_c"] == [6, 7, 8]
    assert [places[name].index(index) for name, index in zip(names, chosen, strict=True)] == [
        *(1, 1, 1, 1),
    ]
    assert chosen == [19, 7, 10, 22]


@pytest.mark.parametrize("number", [0, 9])
def test_more_frames_than_clips_are_refused(tmp_path, number):
    with pytest.raises(
        ValueError, match=rf"data/drawn: the test split has 8 clips, of which {number} were asked"
    ):
        choose_frames(Frames(tmp_path), number)


def test_an_unknown_clip_is_named(tmp_path):
    with pytest.raises(
        ValueError, match="clip cow is not in the test split, whose 8 clips begin with cat_a, cat_b"
    ):
        frames_of_clips(Frames(tmp_path), ["horse", "cow"])
