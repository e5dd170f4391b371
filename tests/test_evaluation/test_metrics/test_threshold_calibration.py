import pytest
import torch

from avs_mm.evaluation.functional import jaccard
from avs_mm.evaluation.metrics.threshold_calibration import ThresholdCalibration


def test_j_and_emptiness_at_each_threshold():
    calibration = ThresholdCalibration((0.2, 0.5, 0.8))
    calibration.add(torch.tensor([[0.9, 0.5], [0.3, 0.0]]), torch.tensor([[1, 1], [0, 0]]))
    calibration.add(torch.tensor([[0.6, 0.0], [0.0, 0.0]]), torch.zeros(2, 2))
    calibration.add_negative("noise", torch.tensor([[0.5, 0.1]]))  # empty from 0.5 on
    calibration.add_negative("silence", torch.zeros(1, 2))
    # above 0.2: IoU 2/3 and 3/4 empty; above 0.5 and 0.8: IoU 1/2, then 3/4 and 4/4 empty
    expected = [(2 / 3 + 3 / 4) / 2, (1 / 2 + 3 / 4) / 2, (1 / 2 + 1) / 2]
    noise = [0.0, 1.0, 1.0]
    for index, (score, empty) in enumerate(zip(expected, noise, strict=True)):
        mean = (empty + 1) / 2
        assert calibration.scores(index) == pytest.approx(
            {
                "threshold": (0.2, 0.5, 0.8)[index],
                "J": score,
                "G_J": 2 * score * mean / (score + mean),
                "harmonic": 3 / (1 / score + 1 / empty + 1) if empty else 0.0,
                "RA_noise": empty,
                "RA_silence": 1.0,
            }
        )
    assert calibration.best() == 2


def test_j_is_that_of_the_metric():
    generator = torch.Generator().manual_seed(0)
    heat = torch.rand(5, 9, 7, generator=generator)
    mask = torch.rand(5, 9, 7, generator=generator) > 0.6
    mask[3] = False
    calibration = ThresholdCalibration()
    for one, other in zip(heat, mask, strict=True):
        calibration.add(one, other)
    calibration.add_negative("noise", heat[0])
    for threshold in (0.1, 0.5, 0.9):
        expected = jaccard((heat > threshold).float(), mask.int()).mean()
        found = calibration.scores(calibration.nearest(threshold))["J"]
        assert found == pytest.approx(float(expected), abs=1e-6)


def test_a_network_that_ignores_the_sound_has_no_score():
    calibration = ThresholdCalibration()
    marked = torch.tensor([[0.97, 0.0]])
    calibration.add(marked, torch.tensor([[1, 0]]))
    for condition in ("silence", "noise", "unmatched"):
        calibration.add_negative(condition, marked)
    scores = calibration.scores(calibration.best())
    assert scores["J"] == pytest.approx(1.0)
    assert scores["G_J"] == 0.0


def test_of_equal_thresholds_it_takes_the_middle():
    calibration = ThresholdCalibration((0.1, 0.2, 0.3, 0.4, 0.5))
    calibration.add(torch.tensor([[0.45, 0.0]]), torch.tensor([[1, 0]]))
    calibration.add_negative("noise", torch.tensor([[0.15, 0.0]]))
    assert calibration.best() == 2  # of 0.2, 0.3 and 0.4


@pytest.mark.parametrize(("tolerance", "best"), [(0.0, 0), (0.02, 1), (1.0, 2)])
def test_of_nearly_equal_thresholds_it_takes_the_middle(tolerance: float, best: int):
    calibration = ThresholdCalibration((0.1, 0.2, 0.3, 0.4, 0.5), tolerance=tolerance)
    mask = torch.ones(1, 1000)
    heat = torch.full((1, 1000), 0.9)
    heat[:, :10] = 0.15  # J: 1, .99, .99, .89, .89
    heat[:, 10:110] = 0.35
    calibration.add(heat, mask)
    calibration.add_negative("noise", torch.zeros(1, 2))
    assert calibration.best() == best


def test_a_condition_that_fails_does_not_hide_behind_others():
    """At 0.2 G_J is higher, by J; unmatched sounds alone tell the thresholds apart otherwise."""
    calibration = ThresholdCalibration((0.2, 0.5))
    calibration.add(torch.tensor([[0.9, 0.4]]), torch.tensor([[1, 1]]))
    for _ in range(2):
        for condition in ("silence", "noise"):
            calibration.add_negative(condition, torch.zeros(1, 2))
    calibration.add_negative("unmatched", torch.tensor([[0.3, 0.0]]))
    calibration.add_negative("unmatched", torch.tensor([[0.3, 0.0]]))
    first, second = calibration.scores(0), calibration.scores(1)
    assert first["G_J"] == pytest.approx(2 * 2 / 3 / (1 + 2 / 3))
    assert first["G_J"] > second["G_J"] == pytest.approx(2 / 3)
    assert calibration.best() == 1
