import pytest
import torch
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

from avs_mm.engine import BFloat16OptimWrapper


@pytest.fixture
def layer() -> nn.Linear:
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def test_computes_in_bfloat16_and_keeps_float32_weights(layer):
    wrapper = BFloat16OptimWrapper(torch.optim.SGD(layer.parameters(), lr=0.1))
    inputs, before = torch.rand(5, 4), layer.weight.detach().clone()
    with wrapper.optim_context(layer):
        outputs = layer(inputs)
    assert outputs.dtype == torch.bfloat16
    torch.testing.assert_close(outputs.float(), layer(inputs), atol=0.01, rtol=0)

    wrapper.update_params(outputs.sum())
    assert layer.weight.dtype == torch.float32
    expected = before - 0.1 * inputs.sum(dim=0)  # the sum's gradient is the inputs' sum
    torch.testing.assert_close(layer.weight.detach(), expected.expand(3, 4), atol=0.01, rtol=0)


def test_accumulates_gradients(layer):
    wrapper = BFloat16OptimWrapper(
        torch.optim.SGD(layer.parameters(), lr=1.0), accumulative_counts=2
    )
    wrapper.initialize_count_status(layer, 0, 4)
    before = layer.bias.detach().clone()
    for _ in range(2):
        with wrapper.optim_context(layer):
            loss = layer(torch.rand(2, 4)).sum()
        assert torch.equal(layer.bias, before)
        wrapper.update_params(loss)
    torch.testing.assert_close(layer.bias, before - 2.0, atol=0.01, rtol=0)


def test_is_found_by_its_prefix(layer):
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    wrapper = OPTIM_WRAPPERS.build(dict(type="avs_mm.BFloat16OptimWrapper", optimizer=optimizer))
    assert isinstance(wrapper, BFloat16OptimWrapper)
