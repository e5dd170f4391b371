import pytest
import torch
from mmengine.evaluator import Evaluator


def evaluate(*samples, **arguments) -> dict:
    evaluator = Evaluator({"type": "avs_mm.LocaliserThresholdMetric", **arguments})
    for sample in samples:
        evaluator.process([sample])
    return evaluator.evaluate(len(samples))


def test_by_hand(frame_sample):
    """Two frames of four pixels and one in which nothing sounds."""
    heats = ([[1.0, 0.75], [0.55, 0.0]], [[1.0, 0.65], [0.65, 0.0]], [[1.0, 0.0], [0.0, 0.0]])
    masks = ([[1, 1], [0, 0]], [[1, 1], [0, 0]], [[0, 0], [0, 0]])
    metrics = evaluate(
        *(
            frame_sample(pred_heat_map=heat, gt_sounding_mask=torch.tensor(mask, dtype=torch.uint8))
            for heat, mask in zip(heats, masks, strict=True)
        )
    )

    def f(precision: float, recall: float) -> float:
        return 1.3 * precision * recall / (0.3 * precision + recall)

    # Pixels above the threshold, frame by frame: at 0.5 three and three, at 0.6 two and three, at
    # 0.7 two and one, from 0.8 on one and one; always one where nothing sounds (J 3 / 4, no F)
    jaccards = {
        "0.5": (2 / 3 + 2 / 3 + 3 / 4) / 3,
        "0.6": (1 + 2 / 3 + 3 / 4) / 3,
        "0.7": (1 + 1 / 2 + 3 / 4) / 3,
        "0.8": (1 / 2 + 1 / 2 + 3 / 4) / 3,
        "0.9": (1 / 2 + 1 / 2 + 3 / 4) / 3,
    }
    fs = {
        "0.5": f(2 / 3, 1),
        "0.6": (1 + f(2 / 3, 1)) / 2,
        "0.7": (1 + f(1, 1 / 2)) / 2,
        "0.8": f(1, 1 / 2),
        "0.9": f(1, 1 / 2),
    }
    expected = {f"localiser/J_at_{threshold}": value for threshold, value in jaccards.items()}
    expected |= {f"localiser/F_at_{threshold}": value for threshold, value in fs.items()}
    expected |= {"localiser/J": jaccards["0.6"], "localiser/F": fs["0.6"]}
    assert metrics == pytest.approx({**expected, "localiser/threshold": 0.6}, abs=1e-6)


def test_heat_at_the_threshold_does_not_sound(frame_sample):
    sample = frame_sample(
        pred_heat_map=[[1.0, 0.75]], gt_sounding_mask=torch.tensor([[1, 0]], dtype=torch.uint8)
    )
    metrics = evaluate(sample, thresholds=(0.75, 0.25))
    assert metrics["localiser/J_at_0.75"] == pytest.approx(1)
    assert metrics["localiser/J_at_0.25"] == pytest.approx(1 / 2)
    assert metrics["localiser/threshold"] == 0.75


def test_f_without_any_object_is_zero(frame_sample):
    sample = frame_sample(
        pred_heat_map=[[1.0, 0.0]], gt_sounding_mask=torch.tensor([[0, 0]], dtype=torch.uint8)
    )
    metrics = evaluate(sample)
    assert metrics["localiser/F"] == 0
    assert metrics["localiser/J"] == pytest.approx(1 / 2)


def test_a_model_that_gives_no_heat_is_refused(frame_sample):
    sample = frame_sample(
        pred_sounding_map=[[1.0, 0.0]], gt_sounding_mask=torch.tensor([[1, 0]], dtype=torch.uint8)
    )
    with pytest.raises(ValueError, match=r"clip_1\.png: .*no pred_heat_map; .*localise"):
        evaluate(sample)


def test_heat_out_of_range_is_refused(frame_sample):
    sample = frame_sample(
        pred_heat_map=[[1.5, 0.0]], gt_sounding_mask=torch.tensor([[1, 0]], dtype=torch.uint8)
    )
    with pytest.raises(ValueError, match=r"clip_1\.png: prob must lie in \[0, 1\]"):
        evaluate(sample)


@pytest.mark.parametrize("thresholds", [(), (0.5, 1.0)])
def test_thresholds_that_cut_nothing_are_refused(thresholds: tuple):
    with pytest.raises(ValueError, match="thresholds are one or more"):
        evaluate(thresholds=thresholds)
