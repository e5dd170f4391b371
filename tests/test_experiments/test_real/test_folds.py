from pathlib import Path

import numpy as np
import pytest

from avs_mm.datasets import AVSBenchDataset
from avs_mm.experiments.real import folds
from avs_mm.experiments.real.folds import FoldClip, assign_folds, list_fold_clips, write_fold


@pytest.fixture
def spectra(monkeypatch):
    """Every clip has a noise of its own, but for those whose file has the same name."""

    def read(path: Path, *, sample_rate: int) -> np.ndarray:
        seed = sum(path.name.encode())
        return np.random.default_rng(seed).standard_normal(5 * sample_rate).astype(np.float32)

    monkeypatch.setattr(folds, "read_audio", read)


def clip(name: str, category: str, recording: str | None = None) -> FoldClip:
    return FoldClip("s4", name, "train", (category,), Path(f"{recording or name}.wav"))


@pytest.mark.usefixtures("spectra")
def test_a_picture_a_video_and_a_recording_stay_in_one_fold():
    clips = [
        clip("cat_coco_0001", "cat"),
        clip("dog_coco_0001", "dog"),
        clip("davis_cows_00", "cow"),
        clip("davis_cows_05", "cow"),
        clip("cat_a", "cat", "meow"),
        clip("cat_b", "cat", "meow"),
        clip("bird_a", "bird"),
        clip("bird_b", "bird"),
    ]
    fold_of = assign_folds(clips, folds=2)
    assert fold_of[0] == fold_of[1]
    assert fold_of[2] == fold_of[3]
    assert fold_of[4] == fold_of[5]
    assert {fold_of[0], fold_of[4]} == {0, 1}  # cats in both
    assert {fold_of[6], fold_of[7]} == {0, 1}


@pytest.mark.slow
def test_folds_of_the_real_clips(real_data: Path, tmp_path: Path):
    clips = list_fold_clips(real_data)
    assert len(clips) == 120
    fold_of = assign_folds(clips, folds=3)
    counts = np.bincount(fold_of, minlength=3)
    assert counts.min() >= 30
    by_name = {clip.name: fold for clip, fold in zip(clips, fold_of, strict=True)}
    assert by_name["cat_coco_000000022892"] == by_name["cat_dog_coco_000000022892_both"]
    assert by_name["dog_coco_000000404484"] == by_name["dog_coco_000000022892"]  # one recording

    parts = ["held_out" if fold == 0 else "train" for fold in fold_of]
    write_fold(real_data, clips, parts, tmp_path / "0")
    frames, classes = {}, set()
    for part, subset, place in (
        ("train", "s4", "Single-source"),
        ("held_out", "s4", "Single-source"),
        ("train", "ms3", "Multi-sources"),
        ("held_out", "ms3", "Multi-sources"),
    ):
        root = tmp_path / "0" / part
        semantic = root / "AVSBench-semantic" if subset == "ms3" else None
        dataset = AVSBenchDataset(
            subset=subset,
            split="train",
            data_root=root / "AVSBench-object" / place,
            semantic_root=semantic,
        )
        frames[part, subset] = len(dataset)
        classes.add(dataset.metainfo["classes"])
    assert len(classes) == 1
    assert frames["train", "s4"] + frames["held_out", "s4"] == 57 + 5 * 39
    assert frames["train", "ms3"] + frames["held_out", "ms3"] == 5 * 24
