"""LVS: its tri-map loss by hand, and eight clips overfitted."""

import math

import pytest
import torch

from avs_mm.models.baselines.lvs import tri_map_contrast


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def mean(values: list[float], weights: list[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights)


def test_loss_by_hand():
    rows = [[[0.9, 0.1], [0.2, -0.3]], [[0.4, 0.5], [0.8, 0.6]]]  # (image, sound, location)
    expected = 0.0
    for image, row in enumerate(rows):
        positives = [mean(r, [sigmoid((s - 0.65) / 0.1) for s in r]) for r in row]
        own = row[image]
        hard_negative = mean(own, [1 - sigmoid((s - 0.4) / 0.1) for s in own])
        total = sum(math.exp(logit / 0.5) for logit in [*positives, hard_negative])
        expected -= math.log(math.exp(positives[image] / 0.5) / total) / 2
    found = tri_map_contrast(
        torch.tensor(rows)[:, :, None],
        positive_threshold=0.65,
        negative_threshold=0.4,
        sharpness=0.1,
        temperature=0.5,
    )
    assert found.item() == pytest.approx(expected)


def test_weights_that_vanish_still_have_a_mean():
    """Early on no location comes near the positive threshold."""
    similarities = torch.full((2, 2, 3, 3), -0.99, requires_grad=True)
    loss = tri_map_contrast(
        similarities, positive_threshold=0.65, negative_threshold=0.4, sharpness=0.01, temperature=1
    )
    loss.backward()
    assert loss.item() == pytest.approx(math.log(3))
    assert torch.isfinite(similarities.grad).all()


@pytest.mark.slow
def test_overfits_eight_clips(build, eight_clips, train, matched):
    model = build("lvs")
    losses = train(model, eight_clips, steps=45)
    assert losses[-1] < 0.05 * losses[0]
    assert matched(model, eight_clips) == 8


def test_refuses_thresholds_in_the_wrong_order(build):
    with pytest.raises(ValueError, match=r"negative_threshold 0\.7 is above"):
        build("lvs", negative_threshold=0.7)
