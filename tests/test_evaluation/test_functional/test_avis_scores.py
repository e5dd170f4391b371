"""The scores of AVISeg: against the numbers of its own code, and by hand."""

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pycocotools import mask as coco_mask
from random_avis import CASES, one_track_twice, random_avis, write_json

from avs_mm.datasets.avis_layout import read_avis, to_rle
from avs_mm.evaluation.functional import PredictedTrack, avis_scores, frame_accuracy, video_tracks
from avs_mm.evaluation.functional.video_tracks import empty_rle

OFFICIAL = Path(__file__).resolve().parents[2] / "data" / "official" / "avis.json"
DRAWN = {case: lambda case=case: random_avis(case) for case in CASES} | {
    "one_track_twice": one_track_twice
}


def read(content: dict, predictions: list, folder: Path):
    annotations = read_avis(write_json(folder / "test.json", content))
    tracks = defaultdict(list)
    for entry in predictions:
        masks = tuple(entry["segmentations"])
        track = PredictedTrack(entry["category_id"], entry["score"], masks)
        tracks[entry["video_id"]].append(track)
    return annotations, tracks


def accuracy(annotations, tracks, *, official: bool) -> dict:
    videos = [
        video_tracks(video, tracks.get(video.id, ()), keep_empty=official)
        for video in annotations.videos
    ]
    return frame_accuracy(videos, official=official)


@pytest.mark.parametrize("case", DRAWN)
def test_official_scores_are_those_of_the_public_code(case: str, tmp_path: Path):
    pytest.importorskip("trackeval", reason="needs avs_mm[avis]")
    expected = json.loads(OFFICIAL.read_text())["scores"][case]
    scores = avis_scores(*read(*DRAWN[case](), tmp_path), modes=["official"])
    assert {name.removesuffix("_official") for name in scores} == set(expected)
    for name, value in expected.items():
        assert scores[f"{name}_official"] == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("case", CASES)
def test_fsla_needs_no_trackeval(case: str, tmp_path: Path):
    expected = json.loads(OFFICIAL.read_text())["scores"][case]
    found = accuracy(*read(*random_avis(case), tmp_path), official=True)
    assert found == pytest.approx({name: expected[name] for name in found}, abs=1e-12)


def test_the_order_of_the_annotations_does_not_change_the_corrected_score(tmp_path: Path):
    content, predictions = random_avis("descending_small")
    scores = accuracy(*read(content, predictions, tmp_path), official=False)
    for place, annotation in enumerate(content["annotations"], 1):
        annotation["id"] = place
    assert accuracy(*read(content, predictions[::-1], tmp_path), official=False) == scores
    assert scores["FSLA"] == pytest.approx(0.446546, abs=1e-6)


@pytest.fixture
def duet(tmp_path: Path):
    """Two objects of a category in four frames of 720p: both, the first, the second, none."""
    size = (720, 1280)
    left, right = ([[x, 100, x + 200, 100, x + 200, 300, x, 300]] for x in (100, 800))
    videos = [
        {"id": 1, "height": 720, "width": 1280, "file_names": [f"v/{t}.jpg" for t in range(4)]}
    ]
    common = {"video_id": 1, "category_id": 1, "areas": [40000, 40000, 40000, None]}
    content = {
        "categories": [{"id": 1, "name": "dog"}, {"id": 2, "name": "cat"}],
        "videos": videos,
        "annotations": [
            {**common, "id": 1, "segmentations": [left, left, None, None]},
            {**common, "id": 2, "segmentations": [right, None, right, None]},
        ],
    }
    annotations = read_avis(write_json(tmp_path / "duet.json", content))
    return annotations, (left, right), size


def masks(*segmentations):
    return tuple(segmentations)


def test_a_perfect_prediction_is_right_but_for_the_official_code(duet):
    annotations, (left, right), _ = duet
    first = PredictedTrack(1, 0.9, masks(left, left, None, None))
    second = PredictedTrack(1, 0.8, masks(right, None, right, None))
    perfect = {"FSLA": 1.0, "FSLAn": 1.0, "FSLAs": 1.0, "FSLAm": 1.0}
    for tracks in ([first, second], [second, first]):
        assert accuracy(annotations, {1: tracks}, official=False) == perfect
    # A frame without a source is wrong where the video has predictions at all
    official = accuracy(annotations, {1: [first, second]}, official=True)
    assert official == {"FSLA": 0.75, "FSLAn": 0.0, "FSLAs": 1.0, "FSLAm": 1.0}
    # With three predictions the partner of the single source is looked up at the wrong place
    third = PredictedTrack(1, 0.7, masks(None, None, None, None))
    rotated = [third, first, second]
    assert accuracy(annotations, {1: rotated}, official=True)["FSLAs"] == 0.0
    assert accuracy(annotations, {1: rotated}, official=False) == perfect


def test_what_makes_a_frame_wrong(duet):
    annotations, (left, right), size = duet
    second = PredictedTrack(1, 0.8, masks(right, None, right, None))
    half = [[100, 100, 200, 100, 200, 300, 100, 300]]  # IoU .5 with the left one
    found = accuracy(
        annotations, {1: [PredictedTrack(1, 0.9, masks(half, half, None, None)), second]},
        official=False,
    )  # fmt: skip
    below = np.mean(np.arange(0.05, 0.99, 0.05) < 0.5)  # the IoU must be above the threshold
    assert found["FSLAm"] == pytest.approx(below)
    assert found["FSLAs"] == pytest.approx((1 + below) / 2)
    named_wrongly = PredictedTrack(2, 0.9, masks(left, left, None, None))
    found = accuracy(annotations, {1: [named_wrongly, second]}, official=False)
    assert (found["FSLAm"], found["FSLAs"], found["FSLAn"]) == (0, 0.5, 1)
    # an empty mask is none; a mask where nothing sounds is a fault
    noisy = PredictedTrack(1, 0.9, masks(left, left, empty_rle(size), left))
    found = accuracy(annotations, {1: [noisy, second]}, official=False)
    assert found == {"FSLA": 0.75, "FSLAn": 0.0, "FSLAs": 1.0, "FSLAm": 1.0}
    assert accuracy(annotations, {}, official=False) == {
        "FSLA": 0.25, "FSLAn": 1.0, "FSLAs": 0.0, "FSLAm": 0.0
    }  # fmt: skip


def test_hota_and_map_by_hand(duet):
    pytest.importorskip("trackeval", reason="needs avs_mm[avis]")
    annotations, (left, right), _ = duet
    tracks = [
        PredictedTrack(1, 0.9, masks(left, left, None, None)),
        PredictedTrack(1, 0.8, masks(right, None, right, None)),
    ]
    scores = avis_scores(annotations, {1: tracks})
    assert scores["HOTA"] == scores["mAP"] == scores["AP_m"] == scores["AR"] == 1.0
    assert "AP_s" not in scores
    # of 4 + 4 predicted masks 4 are empty, which the official code takes for detections; and the
    # category that is nowhere counts as 0
    assert scores["DetA_official"] == pytest.approx(0.5 / 2)
    # one track for both objects: half of the detections, each associated with one of two tracks
    alternating = [PredictedTrack(1, 0.9, masks(left, left, right, None))]
    scores = avis_scores(annotations, {1: alternating}, modes=["corrected"])
    assert scores["DetA"] == pytest.approx(3 / 4)
    # matched 2 of (2 + 3 - 2) for the left one, 1 of (2 + 3 - 1) for the right one
    assert scores["AssA"] == pytest.approx((2 * 2 / 3 + 1 * 1 / 4) / 3)


TINY = [[5.1, 5.1, 5.3, 5.1, 5.3, 5.3]]  # covers no pixel's centre


def test_an_annotation_without_a_pixel_does_not_sound(duet):
    annotations, (left, _), size = duet
    assert coco_mask.area(to_rle(TINY, size)) == 0
    (video,) = annotations.videos
    first, second = video.tracks

    def scored(*segmentations, official=False):
        changed = replace(second, segmentations=segmentations)
        own = replace(annotations, videos=(replace(video, tracks=(first, changed)),))
        tracks = [PredictedTrack(1, 0.9, masks(left, left, None, None))]
        return accuracy(own, {1: tracks}, official=official)

    # Frames 0 and 1 have one object, 2 and 3 none
    perfect = {"FSLA": 1.0, "FSLAn": 1.0, "FSLAs": 1.0}
    for empty in (TINY, empty_rle(size)):
        assert scored(empty, None, empty, None) == perfect
        official = scored(empty, None, empty, None, official=True)
        assert official == {"FSLA": 0.25, "FSLAn": 0.0, "FSLAs": 0.5, "FSLAm": 0.0}
    assert scored(None, None, None, None) == perfect


def test_what_is_nowhere_is_no_object_and_no_prediction(duet):
    pytest.importorskip("trackeval", reason="needs avs_mm[avis]")
    annotations, (left, _), size = duet
    (video,) = annotations.videos
    nowhere = [
        replace(track, segmentations=(empty, None, None, None))
        for track, empty in zip(video.tracks, (None, TINY), strict=True)
    ]
    silent = replace(annotations, videos=(replace(video, tracks=tuple(nowhere)),))
    empty = [PredictedTrack(1, 0.9, masks(empty_rle(size), None, None, None))]
    for predicted in ({}, {1: empty}):
        scores = avis_scores(silent, predicted)
        assert {name for name in scores if not name.endswith("_official")} == {"FSLA", "FSLAn"}
        assert scores["FSLA"] == 1.0
        assert scores["mAP_official"] == scores["HOTA_official"] == 0.0
    # Nor do they count beside what is right
    one = replace(annotations, videos=(replace(video, tracks=(video.tracks[0], nowhere[1])),))
    right = PredictedTrack(1, 0.8, masks(left, left, None, None))
    scores = avis_scores(one, {1: [*empty, right]})
    assert [scores[name] for name in ("mAP", "HOTA", "AR", "FSLA")] == pytest.approx([1] * 4)
    assert scores["mAP_official"] < 0.5


def test_what_does_not_fit_is_refused(duet):
    annotations, (left, _), _ = duet
    with pytest.raises(ValueError, match="video 7 has predictions"):
        avis_scores(annotations, {7: []})
    with pytest.raises(ValueError, match="a track of video 1 is of category 3"):
        avis_scores(annotations, {1: [PredictedTrack(3, 0.9, masks(left))]})
    with pytest.raises(ValueError, match="has 1 masks, but the video 4 frames"):
        avis_scores(annotations, {1: [PredictedTrack(1, 0.9, masks(left))]})
    small = empty_rle((90, 160))
    with pytest.raises(ValueError, match=r"is of \(H, W\) = \(90, 160\)"):
        avis_scores(annotations, {1: [PredictedTrack(1, 0.9, masks(*[small] * 4))]})
