"""What the losses read of the masks, and its gradient, beside autograd's own."""

import pytest
import torch

from avs_mm.models.mask_overlap import soft_overlap
from avs_mm.models.mask_readout import MaskReadout


@pytest.mark.parametrize("matched", [0, 3])
@pytest.mark.parametrize("with_sums", [True, False])
def test_is_an_index_and_two_sums(matched: int, with_sums: bool):
    torch.manual_seed(0)
    logits = torch.randn(2, 2, 5, 4, 3, dtype=torch.float64, requires_grad=True)
    union = (torch.rand(2, 4, 3) > 0.5).double()
    layers = torch.arange(2)[:, None].expand(2, matched)
    frames = torch.tensor([0, 1, 1])[:matched].expand(2, matched)
    queries = torch.tensor([[1, 0, 4], [2, 3, 0]])[:, :matched]
    pairs = (layers, frames, queries)

    def total(selected: torch.Tensor, sums: torch.Tensor) -> torch.Tensor:
        return selected.square().sum() + with_sums * (sums[..., 0] / sums[..., 1]).sum()

    sums = torch.stack([torch.stack(soft_overlap(one.sigmoid(), union), -1) for one in logits])
    expected = logits[pairs], sums
    (gradient,) = torch.autograd.grad(total(*expected), logits)
    found = MaskReadout.apply(logits, logits.detach().sigmoid(), union, pairs)
    (found_gradient,) = torch.autograd.grad(total(*found), logits)
    for one, other in zip((*found, found_gradient), (*expected, gradient), strict=True):
        torch.testing.assert_close(one, other)


def test_gradient_of_the_masks_alone():
    logits = torch.randn(1, 1, 2, 4, 3, requires_grad=True)
    pairs = (torch.tensor([[0]]), torch.tensor([[0]]), torch.tensor([[1]]))
    selected, _ = MaskReadout.apply(logits, logits.detach().sigmoid(), torch.zeros(1, 4, 3), pairs)
    (2 * selected).sum().backward()
    assert logits.grad[0, 0, 0].abs().sum() == 0
    assert (logits.grad[0, 0, 1] == 2).all()
