"""AVISMetric: candidates of frames become tracks, and these are scored."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from pycocotools import mask as coco_mask
from random_avis import write_json

from avs_mm.datasets.avis_layout import read_avis
from avs_mm.evaluation.functional import PredictedTrack, avis_scores

pytest.importorskip("trackeval", reason="needs avs_mm[avis]")
SIZE, FRAMES = (60, 80), 4
META = {"classes": ("cat", "dog")}


def square(left: int) -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[10:30, left : left + 20] = True
    return mask


CAT = [square(5 + 2 * frame) for frame in range(FRAMES)]
DOG = [square(55 - 2 * frame) for frame in range(FRAMES)]
CAT_SOUNDS, DOG_SOUNDS = (True, True, False, True), (False, True, True, False)


@pytest.fixture
def ann_file(tmp_path: Path) -> Path:
    annotations = []
    for number, (category, masks, sounds) in enumerate(
        ((8, CAT, CAT_SOUNDS), (4, DOG, DOG_SOUNDS)), 1
    ):
        rles = [coco_mask.encode(np.asfortranarray(mask, np.uint8)) for mask in masks]
        annotations.append(
            {
                "id": number,
                "video_id": 3,
                "category_id": category,
                "segmentations": [
                    {"size": list(SIZE), "counts": rle["counts"].decode()} if sounding else None
                    for rle, sounding in zip(rles, sounds, strict=True)
                ],
                "areas": [400 if sounding else None for sounding in sounds],
            }
        )
    names = [f"v/{frame}.jpg" for frame in range(FRAMES)]
    content = {
        "videos": [{"id": 3, "file_names": names, "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 4, "name": "dog"}, {"id": 8, "name": "cat"}],
        "annotations": annotations,
    }
    return write_json(tmp_path / "test.json", content)


@pytest.fixture
def frames(frame_sample):
    """The right candidates, silent ones included; their order changes from frame to frame."""
    samples = []
    for frame in range(FRAMES):
        objects = [(0, CAT[frame], CAT_SOUNDS[frame], 0.9), (1, DOG[frame], DOG_SOUNDS[frame], 0.5)]
        objects = objects[:: 1 if frame % 2 else -1]
        category_map = np.full(SIZE, 255)
        for label, mask, sounding, _ in objects:
            if sounding:
                category_map[mask] = label
        samples.append(
            frame_sample(
                metainfo={"video_id": 3, "frame": frame, "clip": "v"},
                candidates={
                    "masks": torch.tensor(np.stack([mask for _, mask, *_ in objects])),
                    "labels": torch.tensor([label for label, *_ in objects]),
                    "scores": torch.tensor([score for *_, score in objects]),
                },
                pred_sem_seg=category_map,
            )
        )
    return samples


def evaluate(samples, **metric) -> dict:
    evaluator = Evaluator([{"type": "avs_mm.AVISMetric", **metric}])
    evaluator.dataset_meta = META
    for sample in samples:
        evaluator.process([sample])
    return evaluator.evaluate(len(samples))


def test_right_candidates_are_two_right_tracks(ann_file: Path, frames, tmp_path: Path):
    out = tmp_path / "tracks.json"
    scores = evaluate(frames[::-1], ann_file=ann_file, out_file=out)
    names = ("FSLA", "FSLAm", "FSLAs", "HOTA", "mAP", "AP_s", "AR")
    assert [scores[f"avis/{name}"] for name in names] == pytest.approx([1.0] * len(names))
    assert "avis/FSLAn" not in scores
    # The official code asks of every frame the categories of the whole video
    assert (scores["avis/FSLA_official"], scores["avis/FSLAs_official"]) == (0.25, 0)
    written = json.loads(out.read_text())
    tracks = sorted((entry["category_id"], round(entry["score"], 4)) for entry in written)
    assert tracks == [(4, 0.5), (8, 0.9)]
    again = [
        PredictedTrack(entry["category_id"], entry["score"], tuple(entry["segmentations"]))
        for entry in written
    ]
    found = avis_scores(read_avis(ann_file), {3: again})
    assert {f"avis/{name}": value for name, value in found.items()} == scores


def test_unsure_tracks_are_dropped(ann_file: Path, frames):
    scores = evaluate(frames, ann_file=ann_file, score_threshold=0.6, modes=["corrected"])
    assert scores["avis/mAP"] == pytest.approx(0.5)
    assert scores["avis/FSLA"] == 0.5
    assert not any(name.endswith("_official") for name in scores)


def test_another_tracker_gives_other_tracks(ann_file: Path, frames):
    """The cat that is silent in frame 2 is known all the same; one never seen there is new."""
    seen = evaluate(frames, ann_file=ann_file, tracker={"memory": 1.0})
    assert seen["avis/HOTA"] == 1.0
    candidates = frames[2].pred_instances
    frames[2].pred_instances = candidates[candidates.labels == 1]
    unseen = evaluate(frames, ann_file=ann_file, tracker={"memory": 1.0})
    assert unseen["avis/HOTA"] < 1.0
    assert evaluate(frames, ann_file=ann_file)["avis/HOTA"] == 1.0


def test_faults_are_named(ann_file: Path, frames):
    with pytest.raises(ValueError, match=r"modes are of corrected, official, not \['both'\]"):
        evaluate(frames, ann_file=ann_file, modes=["both"])
    with pytest.raises(ValueError, match="frame 3 of video v was not predicted"):
        evaluate(frames[:3], ann_file=ann_file)
    del frames[0].pred_instances
    with pytest.raises(ValueError, match=r"clip_1\.png: the sample has no pred_instances"):
        evaluate(frames, ann_file=ann_file)


def test_classes_must_be_those_of_the_json(ann_file: Path, frames, monkeypatch):
    monkeypatch.setitem(META, "classes", ("cat", "horse"))
    with pytest.raises(ValueError, match=r"names the categories \['cat', 'dog'\]"):
        evaluate(frames, ann_file=ann_file)
