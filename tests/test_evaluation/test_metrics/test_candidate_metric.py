"""Counts by hand on frames of one row of ten pixels."""

import pytest
import torch
from mmengine.evaluator import Evaluator

from avs_mm.evaluation import CandidateMetric


def row(*pixels: int) -> torch.Tensor:
    """Mask (1, 10) of the given pixels."""
    mask = torch.zeros(1, 10, dtype=torch.bool)
    mask[0, list(pixels)] = True
    return mask


def category_map(**objects: torch.Tensor) -> torch.Tensor:
    """Category map (1, 10) from ``c3=mask``: category 3 there, 255 elsewhere."""
    values = torch.full((1, 10), 255)
    for name, mask in objects.items():
        values[mask] = int(name[1:])
    return values


def candidates(*pairs: tuple[int, torch.Tensor]) -> dict:
    masks = [mask for _, mask in pairs]
    return {
        "masks": torch.stack(masks) if masks else torch.zeros(0, 1, 10, dtype=torch.bool),
        "labels": torch.tensor([label for label, _ in pairs], dtype=torch.int64),
        "scores": torch.ones(len(pairs)),
    }


@pytest.fixture
def evaluate(frame_sample):
    """Metrics of frames given as (candidates, sounding map[, silent map]), two frames a batch."""

    def run(*frames: tuple, **metric_args) -> dict:
        samples = []
        for pairs, sounding, *silent in frames:
            fields = {"gt_silent_map": silent[0]} if silent else {}
            fields |= {"gt_sem_seg": sounding, "gt_sounding_mask": (sounding != 255).byte()}
            samples.append(frame_sample(candidates=candidates(*pairs), **fields))
        evaluator = Evaluator(CandidateMetric(**metric_args))
        for start in range(0, len(samples), 2):
            evaluator.process(samples[start : start + 2])
        return evaluator.evaluate(len(samples))

    return run


def test_every_figure_at_once(evaluate):
    nothing = category_map()
    metrics = evaluate(
        # sounding 0 found (3/4) and sounding 1 missed (1/2 is not above 1/2), silent 2 found
        (
            [(0, row(0, 1, 2)), (1, row(4, 5, 6, 7)), (2, row(8, 9))],
            category_map(c0=row(0, 1, 2, 3), c1=row(4, 5)),
            category_map(c2=row(8, 9)),
        ),
        # sounding 0 and silent 3 both missed: the masks are right, the categories are not
        (
            [(3, row(0, 1, 2)), (0, row(6, 7, 8))],
            category_map(c0=row(0, 1, 2)),
            category_map(c3=row(6, 7, 8)),
        ),
        # nothing sounds and nothing is there: one mask of nothing
        ([(4, row(5))], nothing, nothing),
    )
    assert metrics == {
        "candidates/I": 6,
        "candidates/I_per_frame": 2.0,
        "candidates/sounding_recall": pytest.approx(1 / 3),
        "candidates/silent_recall": pytest.approx(1 / 2),
        # those of 0 and 2 in frame 1, none in frame 2, none in frame 3
        "candidates/sounding_precision": pytest.approx(1 / 6),
        "candidates/silent_precision": pytest.approx(1 / 6),
        "candidates/precision": pytest.approx(2 / 6),
        # frame 1: category 1's mask; frame 2: none; frame 3: its only one
        "candidates/false_positive_masks": pytest.approx(2 / 3),
        # 5 of 8 pixels (0..2 and 4..7 against 0..5); 0 of 6; 1 for an empty mask left empty
        "candidates/oracle_J": pytest.approx((5 / 8 + 0 + 1) / 3, abs=1e-6),
    }


def test_without_silent_objects_their_figures_are_left_out(evaluate):
    metrics = evaluate(([(0, row(1, 2))], category_map(c0=row(1, 2))))
    assert metrics == {
        "candidates/I": 1,
        "candidates/I_per_frame": 1.0,
        "candidates/sounding_recall": 1.0,
        "candidates/sounding_precision": 1.0,
        "candidates/oracle_J": pytest.approx(1, abs=1e-6),
    }


def test_frames_without_annotated_silent_objects_do_not_dilute(evaluate):
    sounding = category_map(c0=row(1, 2))
    metrics = evaluate(
        ([(1, row(5))], sounding),
        ([(1, row(5)), (2, row(7))], sounding, category_map(c1=row(5))),
    )
    assert metrics["candidates/silent_recall"] == 1.0
    assert metrics["candidates/silent_precision"] == metrics["candidates/precision"] == 1 / 2
    assert metrics["candidates/false_positive_masks"] == 1.0
    assert metrics["candidates/sounding_recall"] == 0.0


def test_one_category_may_sound_and_be_silent_in_a_frame(evaluate):
    metrics = evaluate(
        ([(0, row(1, 2))], category_map(c0=row(1, 2)), category_map(c0=row(6, 7))),
    )
    assert metrics["candidates/sounding_recall"] == 1.0
    assert metrics["candidates/silent_recall"] == 0.0
    assert metrics["candidates/false_positive_masks"] == 0.0


def test_a_frame_without_candidates(evaluate):
    metrics = evaluate(([], category_map(c0=row(1, 2)), category_map(c1=row(5))))
    assert metrics == {
        "candidates/I": 0,
        "candidates/I_per_frame": 0.0,
        "candidates/sounding_recall": 0.0,
        "candidates/silent_recall": 0.0,
        "candidates/false_positive_masks": 0.0,
        "candidates/oracle_J": 0.0,
    }


def test_several_candidates_of_one_object_are_all_precise(evaluate):
    metrics = evaluate(
        ([(0, row(1, 2)), (0, row(1, 2))], category_map(c0=row(1, 2)), category_map()),
    )
    assert metrics["candidates/sounding_precision"] == metrics["candidates/precision"] == 1.0
    assert metrics["candidates/silent_precision"] == 0.0


def with_audio_scores(frame_sample, pairs: list, audio_scores: list, scores: list, sounding):
    return frame_sample(
        candidates=candidates(*pairs)
        | {"audio_scores": torch.tensor(audio_scores), "scores": torch.tensor(scores)},
        gt_sem_seg=sounding,
        gt_sounding_mask=(sounding != 255).byte(),
    )


def test_average_precision_by_hand(frame_sample):
    evaluator = Evaluator(CandidateMetric())
    evaluator.process(
        [
            # 0 found at 0.9; the second mask of it, as loud but less sure, is one too many
            with_audio_scores(
                frame_sample,
                [(0, row(1, 2)), (0, row(1, 2, 3)), (1, row(5))],
                [0.9, 0.9, 0.3],
                [0.8, 0.7, 0.9],
                category_map(c0=row(1, 2), c1=row(5)),
            ),
            # 0 found at 0.5; 1 does not sound here, and was thought to most of all
            with_audio_scores(
                frame_sample,
                [(0, row(4)), (1, row(5))],
                [0.5, 0.6],
                [0.9, 0.9],
                category_map(c0=row(4)),
            ),
        ]
    )
    # category 0: right, wrong, right of 2 objects: 1/2 · 1 + 1/2 · 2/3; category 1: wrong, right
    expected = (1 / 2 + 1 / 3 + 1 / 2) / 2
    assert evaluator.evaluate(2)["candidates/AP50"] == pytest.approx(expected, abs=1e-6)


def test_average_precision_of_categories_without_candidates(frame_sample):
    evaluator = Evaluator(CandidateMetric(iou_threshold=0.75))
    evaluator.process(
        [
            with_audio_scores(
                frame_sample, [(0, row(1))], [0.9], [0.9], category_map(c0=row(1), c1=row(5))
            )
        ]
    )
    assert evaluator.evaluate(1)["candidates/AP75"] == pytest.approx(1 / 2)


@pytest.mark.parametrize(("iou_threshold", "recall"), [(0.2, 1.0), (0.25, 0.0), (0.5, 0.0)])
def test_the_iou_must_exceed_the_threshold(evaluate, iou_threshold, recall):
    frame = ([(0, row(0))], category_map(c0=row(0, 1, 2, 3)))
    metrics = evaluate(frame, iou_threshold=iou_threshold)
    assert metrics["candidates/sounding_recall"] == recall


def test_a_threshold_outside_the_range_is_refused():
    with pytest.raises(ValueError, match=r"iou_threshold must be in \[0, 1\), got 50"):
        CandidateMetric(iou_threshold=50)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("pred_instances", "no pred_instances; the model must"),
        ("gt_sem_seg", "no gt_sem_seg; .*semantic_root"),
        ("gt_sounding_mask", "no gt_sounding_mask"),
    ],
)
def test_a_missing_field_names_the_image(frame_sample, missing, message):
    sounding = category_map(c0=row(1))
    sample = frame_sample(
        candidates=candidates((0, row(1))),
        gt_sem_seg=sounding,
        gt_sounding_mask=(sounding != 255).byte(),
    ).to_dict()
    del sample[missing]
    with pytest.raises(ValueError, match=f"frames/clip_1.png: .*{message}"):
        CandidateMetric().process({}, [sample])


def test_another_size_names_the_image(frame_sample):
    sample = frame_sample(
        candidates=candidates((0, row(1))),
        gt_sem_seg=torch.full((2, 10), 255),
        gt_sounding_mask=torch.zeros(1, 10, dtype=torch.uint8),
    )
    with pytest.raises(ValueError, match=r"clip_1.png: gt_sem_seg is 2x10 .* 1x10"):
        CandidateMetric().process({}, [sample.to_dict()])
