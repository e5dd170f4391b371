"""The threshold of a model, brought to where metrics cut."""

import pytest
import torch

from avs_mm.models.threshold_at_half import with_threshold_at_half


def test_threshold_moves_to_one_half():
    heat = torch.tensor([0.0, 0.4, 0.8, 0.9, 1.0])
    expected = torch.tensor([0.0, 0.25, 0.5, 0.75, 1.0])
    torch.testing.assert_close(with_threshold_at_half(heat, 0.8), expected)
    heat = torch.rand(1000)
    assert torch.equal(with_threshold_at_half(heat, 0.5), heat)


@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
def test_cutting_at_one_half_is_cutting_at_the_threshold(threshold: float):
    heat = torch.cat([torch.rand(1000), torch.tensor([threshold])])
    heat = torch.cat([heat, torch.nextafter(heat, torch.ones(()))]).clamp(max=1)
    assert torch.equal(with_threshold_at_half(heat, threshold) > 0.5, heat > threshold)
