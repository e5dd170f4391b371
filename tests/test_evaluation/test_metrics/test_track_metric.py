"""Frames whose files are alike under several sound tracks."""

import pytest
import torch
from mmengine.evaluator import Evaluator

RIGHT = ([[1.0, 0.0]], [[1, 0]])
WRONG = ([[0.0, 1.0]], [[1, 0]])
HALF = ([[1.0, 1.0]], [[1, 0]])  # J = 0.5, which is not above 0.5
SILENT = ([[0.5, 0.0]], [[0, 0]])
NOISY = ([[0.6, 0.0]], [[0, 0]])


@pytest.fixture
def evaluate(frame_sample, tmp_path):
    """Metrics of frames given as (content of the image, track, (probabilities, mask))."""

    def run(*frames: tuple, scene_pattern: str | None = None) -> dict:
        evaluator = Evaluator({"type": "avs_mm.TrackMetric", "scene_pattern": scene_pattern})
        for index, (image, track, (prob, mask)) in enumerate(frames):
            path = tmp_path / f"{index}.png"
            path.write_text(image)
            sample = frame_sample(
                metainfo={
                    "img_path": str(path),
                    "audio_path": f"{track}.wav",
                    "clip": f"{image}_{track}",
                    "frame": 0,
                },
                pred_sounding_map=prob,
                gt_sounding_mask=torch.tensor(mask, dtype=torch.uint8),
            )
            evaluator.process([sample])
        return evaluator.evaluate(len(frames))

    return run


def test_by_hand(evaluate):
    metrics = evaluate(
        ("all right", "first", RIGHT),
        ("all right", "second", RIGHT),
        ("all right", "none", SILENT),
        ("one is wrong", "first", RIGHT),
        ("one is wrong", "second", WRONG),
        ("half is wrong", "first", RIGHT),
        ("half is wrong", "second", HALF),
        ("not silent", "first", RIGHT),
        ("not silent", "none", NOISY),
        ("alone", "first", WRONG),
        ("twice in one clip", "first", WRONG),
        ("twice in one clip", "first", WRONG),
    )
    assert metrics == {"tracks/pictures": 4, "tracks/all_right": 1 / 4}


def test_a_scene_may_have_files_of_its_own_under_every_track(evaluate):
    frames = ("dog_first", "first", RIGHT), ("dog_second", "second", WRONG)
    assert evaluate(*frames) == {"tracks/pictures": 0}
    by_name = evaluate(*frames, scene_pattern="(.*)_(?:first|second)_")
    assert by_name == {"tracks/pictures": 1, "tracks/all_right": 0}


def test_without_such_frames_there_is_no_fraction(evaluate):
    assert evaluate(("a", "first", RIGHT), ("b", "second", RIGHT)) == {"tracks/pictures": 0}


def test_other_than_the_original_audio_is_refused(frame_sample):
    sample = frame_sample(
        metainfo={"audio_condition": "noise"},
        pred_sounding_map=torch.zeros(2, 2),
        gt_sounding_mask=torch.zeros(2, 2, dtype=torch.uint8),
    )
    evaluator = Evaluator({"type": "avs_mm.TrackMetric"})
    with pytest.raises(ValueError, match=r"clip_1.png: .*dataset.audio=original"):
        evaluator.process([sample])


def test_an_empty_set_is_an_error():
    with pytest.raises(ValueError, match="no frame was evaluated"):
        Evaluator({"type": "avs_mm.TrackMetric"}).evaluate(0)
