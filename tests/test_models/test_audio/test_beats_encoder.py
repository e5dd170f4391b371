"""The transformer of BEATs: its parts and its initialisation."""

import copy
import io

import pytest
import torch
from torch import nn

from avs_mm.models.audio.beats_encoder import PositionalConvolution, TransformerEncoder

ARGUMENTS = dict(
    embed_dims=16,
    num_layers=2,
    num_heads=2,
    feedforward_channels=32,
    conv_pos=8,
    conv_pos_groups=4,
    num_buckets=32,
    max_distance=100,
    deep_norm=True,
    dropout=0.0,
    attention_dropout=0.0,
    activation_dropout=0.0,
    layerdrop=0.0,
)


@pytest.mark.parametrize("kernel_size", [7, 8])
def test_positional_convolution_is_torch_weight_norm(kernel_size):
    torch.manual_seed(0)
    ours = PositionalConvolution(embed_dims=16, kernel_size=kernel_size, groups=4)
    nn.init.uniform_(ours.weight_g)
    theirs = nn.utils.parametrizations.weight_norm(
        nn.Conv1d(16, 16, kernel_size, padding=kernel_size // 2, groups=4), dim=2
    )
    theirs.load_state_dict(ours.state_dict())
    x = torch.randn(2, 20, 16)
    expected = theirs(x.transpose(1, 2))[..., :20].transpose(1, 2)
    torch.testing.assert_close(ours(x), expected, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, "pickle"], ids=["deepcopy", "pickle"])
def test_folded_kernel_follows_the_weights(duplicate):
    convolution = PositionalConvolution(embed_dims=16, kernel_size=8, groups=4)
    convolution.requires_grad_(False)
    x = torch.randn(1, 20, 16)
    before = convolution(x)
    assert convolution.folded_kernel() is convolution.folded_kernel()

    # New values in the module and in a copy of it
    file = io.BytesIO()
    torch.save(convolution, file)
    file.seek(0)
    twin = torch.load(file, weights_only=False) if duplicate == "pickle" else duplicate(convolution)
    for module in (convolution, twin):
        assert torch.equal(module(x), before)
        state = module.state_dict()
        module.load_state_dict({**state, "weight_g": 3 * state["weight_g"]})
        torch.testing.assert_close(module(x), 3 * before)
    convolution.weight_g.data.mul_(3)  # as an average writes: no version counts it
    torch.testing.assert_close(convolution(x), 9 * before)
    assert convolution.double()(x.double()).dtype == torch.float64


def test_deep_norm_initialisation():
    torch.manual_seed(0)
    arguments = ARGUMENTS | dict(embed_dims=256, num_layers=3, feedforward_channels=512)
    layer = TransformerEncoder(**arguments).layers[1]
    beta = 24**-0.25  # arXiv 2203.00555, figure 2, encoder of 3 layers
    xavier, wide = (2 / 512) ** 0.5, (2 / 768) ** 0.5
    deviations = {
        layer.self_attn.q_proj: xavier,
        layer.self_attn.k_proj: xavier,
        layer.self_attn.v_proj: beta * xavier,
        layer.self_attn.out_proj: beta * xavier,
        layer.fc1: beta * wide,
        layer.fc2: beta * wide,
    }
    for linear, deviation in deviations.items():
        assert linear.weight.std().item() == pytest.approx(deviation, rel=0.02)
        assert linear.bias.abs().max() == 0
    assert layer.residual_scale == pytest.approx(6**0.25)


def test_layers_share_one_table_of_positions():
    encoder = TransformerEncoder(**ARGUMENTS)
    tables = [key for key in encoder.state_dict() if "relative_attention_bias" in key]
    assert len(tables) == 2
    first, second = (layer.self_attn.relative_attention_bias for layer in encoder.layers)
    assert first is second
    twin = copy.deepcopy(encoder)
    first, second = (layer.self_attn.relative_attention_bias for layer in twin.layers)
    assert first is second


def test_layerdrop_passes_over_layers_and_leaves_no_parameter_unused():
    encoder = TransformerEncoder(**ARGUMENTS | dict(layerdrop=0.5))
    x = torch.randn(1, 6, 16)
    embedded = encoder.layer_norm(x + encoder.pos_conv(x))
    one_layer = TransformerEncoder(**ARGUMENTS | dict(num_layers=1))
    one_layer.load_state_dict(encoder.state_dict(), strict=False)

    # 0.25 of the passes skip both layers
    torch.manual_seed(0)
    outputs = torch.stack([encoder(x) for _ in range(200)])
    skipped = sum(torch.allclose(output, embedded, atol=1e-6) for output in outputs)
    assert 35 <= skipped <= 65
    assert len(outputs.detach().flatten(1).round(decimals=4).unique(dim=0)) == 4

    encoder(x).sum().backward()
    assert all(parameter.grad is not None for parameter in encoder.parameters())

    encoder.eval()
    assert torch.equal(encoder(x), encoder(x))


@pytest.mark.parametrize("groups", [4, 16])
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_the_convolution_is_right_in_half_precision(groups: int, dtype: torch.dtype):
    """On some CPUs torch's own is not, with few channels a group: the error is the values' size."""
    torch.manual_seed(0)
    convolution = PositionalConvolution(embed_dims=64, kernel_size=32, groups=groups)
    tokens = torch.randn(2, 48, 64)
    exact = convolution(tokens)
    with torch.autocast("cpu", dtype):
        under_autocast = convolution(tokens.to(dtype))
    half = copy.deepcopy(convolution).to(dtype)(tokens.to(dtype))
    for found in (under_autocast, half):
        assert found.dtype == dtype
        assert (found.float() - exact).abs().max() < 0.02 * exact.abs().max()
