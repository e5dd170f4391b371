"""Deformable attention without compiled ops: mmcv's GPU path, tried on a CPU."""

import sys

import pytest
import torch
from mmcv.ops import multi_scale_deform_attn
from mmcv.ops.multi_scale_deform_attn import (
    MultiScaleDeformableAttention,
    MultiScaleDeformableAttnFunction,
    multi_scale_deformable_attn_pytorch,
)
from torch import Tensor

from avs_mm.mmcv_ops import MissingOps

SHAPES = torch.tensor([[2, 3], [4, 6]])
STARTS = torch.tensor([0, 6])


@pytest.fixture(autouse=True)
def no_compiled_ops(monkeypatch):
    """As on mmcv-lite, whatever mmcv is installed."""
    monkeypatch.setattr(multi_scale_deform_attn, "ext_module", MissingOps("mmcv._ext"))
    torch.manual_seed(0)


def make_inputs(dtype: torch.dtype = torch.float64) -> list[Tensor]:
    """Value, locations and weights of 2 samples, 30 keys, 5 queries, 2 heads and 3 points."""
    value = torch.randn(2, 30, 2, 4, dtype=dtype)
    locations = torch.rand(2, 5, 2, 2, 3, 2, dtype=dtype) * 1.4 - 0.2  # some are outside
    weights = torch.rand(2, 5, 2, 2, 3, dtype=dtype)
    return [tensor.requires_grad_() for tensor in (value, locations, weights)]


def gpu_path(value: Tensor, locations: Tensor, weights: Tensor) -> Tensor:
    return MultiScaleDeformableAttnFunction.apply(value, SHAPES, STARTS, locations, weights, 64)


def test_values_and_gradients_are_those_of_the_cpu_path():
    inputs, upstream = make_inputs(), torch.randn(2, 5, 8, dtype=torch.float64)
    expected = multi_scale_deformable_attn_pytorch(inputs[0], SHAPES, *inputs[1:])
    found = gpu_path(*inputs)
    torch.testing.assert_close(found, expected, atol=0, rtol=0)
    for ours, theirs in zip(
        torch.autograd.grad(found, inputs, upstream),
        torch.autograd.grad(expected, inputs, upstream),
        strict=True,
    ):
        assert ours.abs().sum() > 0
        torch.testing.assert_close(ours, theirs, atol=0, rtol=0)


def test_gradients_are_those_of_finite_differences():
    assert torch.autograd.gradcheck(gpu_path, make_inputs())


def test_takes_half_the_precision_of_autocast():
    """Autocast halves the values alone; mmcv brings the others to their type."""
    value, locations, weights = make_inputs(torch.float32)
    found = gpu_path(value.detach().bfloat16(), locations, weights)
    expected = multi_scale_deformable_attn_pytorch(value, SHAPES, locations, weights)
    assert found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), expected, atol=0.1, rtol=0.1)


class SaysCuda(Tensor):
    """A tensor on the CPU that says that it is on a GPU."""

    is_cuda = True


@pytest.mark.parametrize("on_gpu", [False, True])
def test_the_module_takes_the_path_of_its_device(on_gpu: bool, monkeypatch):
    monkeypatch.setattr(multi_scale_deform_attn, "IS_CUDA_AVAILABLE", True)
    calls = []
    apply = MultiScaleDeformableAttnFunction.apply
    monkeypatch.setattr(
        MultiScaleDeformableAttnFunction,
        "apply",
        lambda *given: calls.append(1) or apply(*(as_plain(tensor) for tensor in given)),
    )
    attention = MultiScaleDeformableAttention(8, num_heads=2, num_levels=2, batch_first=True)
    attention.init_weights()
    query, value = torch.randn(2, 5, 8), torch.randn(2, 30, 8)
    points = torch.rand(2, 5, 2, 2)

    def attend(value: Tensor) -> Tensor:
        return attention(
            query,
            value=value,
            reference_points=points,
            spatial_shapes=SHAPES,
            level_start_index=STARTS,
        )

    attention.eval()
    found = attend(value.as_subclass(SaysCuda) if on_gpu else value)
    assert len(calls) == on_gpu
    torch.testing.assert_close(as_plain(found), attend(value))


def as_plain(value: object) -> object:
    return value.as_subclass(Tensor) if isinstance(value, Tensor) else value


def test_any_other_op_still_raises():
    with pytest.raises(NotImplementedError, match=r"mmcv\._ext\.nms .*no compiled ops"):
        MissingOps("mmcv._ext").nms(1)


def test_is_imported_at_the_call_alone():
    """avs_mm.mmcv_ops is imported by torch, before there is an mmcv."""
    before = sys.modules.pop("avs_mm.deformable_attention", None)
    assert callable(MissingOps("mmcv._ext").ms_deform_attn_forward)
    assert "avs_mm.deformable_attention" not in sys.modules
    if before is not None:
        sys.modules["avs_mm.deformable_attention"] = before
