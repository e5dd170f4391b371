"""Swin without the work of its padding: every number is mmseg's."""

import copy
import pickle

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from mmseg.models.backbones import SwinTransformer as MMSegSwinTransformer
from torch import Tensor, nn

from avs_mm.models.backbones.swin_transformer import SwinTransformer

NARROW = dict(embed_dims=8, depths=(2, 2), num_heads=(1, 2), out_indices=(0, 1), strides=(4, 2))
TOLERANCE = dict(rtol=1e-5, atol=1e-5)


@torch.no_grad()
def randomise(model: nn.Module) -> nn.Module:
    """Give every parameter a value so large that it matters."""
    for name, parameter in model.named_parameters():
        if "bias_table" in name:
            parameter.normal_()
        elif parameter.dim() == 1:
            parameter.normal_(mean=float(name.endswith("weight")), std=0.3)
        else:
            parameter.normal_(std=parameter[0].numel() ** -0.5)
    return model


def both(**options) -> tuple[nn.Module, nn.Module]:
    """Return ours and mmseg's for prediction, with the same weights; no path is dropped."""
    options = {**NARROW, "drop_path_rate": 0.0, **options}
    torch.manual_seed(0)
    theirs = randomise(MMSegSwinTransformer(**options))
    ours = SwinTransformer(**options)
    ours.load_state_dict(theirs.state_dict())
    for model in (ours, theirs):
        model.eval()  # which returns nothing
    return ours, theirs


def assert_maps_equal(found: list[Tensor], expected: list[Tensor]) -> None:
    assert len(found) == len(expected) == 2
    for found_map, expected_map in zip(found, expected, strict=True):
        torch.testing.assert_close(found_map, expected_map, **TOLERANCE)


@settings(max_examples=25, deadline=None)
@given(
    height=st.integers(4, 60), width=st.integers(4, 60), window=st.integers(1, 8), data=st.data()
)
def test_maps_are_mmsegs(height: int, width: int, window: int, data: st.DataObject):
    ours, theirs = both(window_size=window, qkv_bias=data.draw(st.booleans()))
    images = torch.randn(data.draw(st.integers(1, 3)), 3, height, width)
    with torch.no_grad():
        assert_maps_equal(ours(images), theirs(images))


@pytest.mark.parametrize("size", [(44, 30), (56, 56)])  # windows of 7: padded, and whole
def test_gradients_are_mmsegs(size: tuple[int, int]):
    ours, theirs = both(window_size=7)
    images = torch.randn(2, 3, *size)
    for model in (ours, theirs):
        model.train()
        sum(one.square().mean() for one in model(images)).backward()
    expected = dict(theirs.named_parameters())
    gradients = {name: parameter.grad for name, parameter in ours.named_parameters()}
    assert gradients.keys() == expected.keys()
    for name, gradient in gradients.items():
        torch.testing.assert_close(gradient, expected[name].grad, msg=name, **TOLERANCE)


def test_names_of_weights_are_mmsegs():
    ours, theirs = both(window_size=7)
    assert ours.state_dict().keys() == theirs.state_dict().keys()
    assert [name for name, _ in ours.named_parameters()] == [
        name for name, _ in theirs.named_parameters()
    ]


def test_dropout_of_attention_is_drawn_as_mmsegs():
    ours, theirs = both(window_size=7, attn_drop_rate=0.5)
    images = torch.randn(1, 3, 44, 30)
    maps = []
    for model in (ours, theirs):
        model.train()
        torch.manual_seed(1)
        maps.append(model(images))
    assert_maps_equal(*maps)


def test_switched_off_it_is_mmsegs():
    ours = SwinTransformer(skip_padding=False, **NARROW)
    theirs = MMSegSwinTransformer(**NARROW)
    assert [type(module) for module in ours.modules()][1:] == [
        type(module) for module in theirs.modules()
    ][1:]


@pytest.mark.parametrize("through_data", [True, False])
def test_remembered_bias_follows_the_table(through_data: bool):
    ours, theirs = both(window_size=7)
    images = torch.randn(1, 3, 44, 30)
    with torch.no_grad():
        ours(images)
        for model in (ours, theirs):
            table = model.stages[1].blocks[1].attn.w_msa.relative_position_bias_table
            (table.data if through_data else table).add_(torch.arange(2.0))
            table[5] += 3.0
        assert_maps_equal(ours(images), theirs(images))


def test_remembered_bias_serves_training_and_is_not_saved():
    ours, theirs = both(window_size=7)
    images = torch.randn(1, 3, 44, 30)
    with torch.inference_mode():
        ours(images)
    table = ours.stages[0].blocks[0].attn.w_msa.relative_position_bias_table
    ours(images)[0].sum().backward()
    assert table.grad.abs().sum() > 0
    ours.requires_grad_(False)
    ours(images.requires_grad_())[0].sum().backward()  # what inference mode has made is of use
    assert images.grad is not None
    for again in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert not again.stages[0].blocks[0].attn._remembered
        assert_maps_equal(again(images), theirs(images))


def test_a_large_batch_is_the_same_images(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("avs_mm.models.backbones.swin_transformer.MOST_ACTIVATIONS", 11 * 8 * 8 * 2)
    ours, theirs = both(window_size=7)
    images = torch.randn(5, 3, 44, 30)  # two images a part, in the first stage
    with torch.no_grad():
        assert_maps_equal(ours(images), theirs(images))
