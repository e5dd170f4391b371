"""Multi-scale deformable attention where mmcv has no compiled op: in PyTorch, on a GPU too.

On a CPU mmcv itself takes its function in PyTorch; on a GPU it calls the compiled op. These two
have the op's signatures, and ``avs_mm.mmcv_ops.MissingOps`` gives them in its place. The backward
pass computes the attention once more, so nothing but the op's own inputs is kept in between.
"""

import torch
from torch import Tensor

__all__ = ["ms_deform_attn_backward", "ms_deform_attn_forward"]


def ms_deform_attn_forward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    *,
    im2col_step: int,
) -> Tensor:
    """Return what each query gathers, (B, queries, heads * C).

    Args:
        value: (B, keys, heads, C), the keys of all levels one after the other.
        value_spatial_shapes: (levels, 2), height and width of each.
        value_level_start_index: (levels,), not needed.
        sampling_locations: (B, queries, heads, levels, points, 2), x and y in [0, 1].
        attention_weights: (B, queries, heads, levels, points).
        im2col_step: Of the compiled op alone.
    """
    from mmcv.ops.multi_scale_deform_attn import multi_scale_deformable_attn_pytorch

    # A list: its function would ask the GPU for every number by itself.
    gathered: Tensor = multi_scale_deformable_attn_pytorch(
        value, value_spatial_shapes.tolist(), sampling_locations, attention_weights
    )
    return gathered


def ms_deform_attn_backward(
    value: Tensor,
    value_spatial_shapes: Tensor,
    value_level_start_index: Tensor,
    sampling_locations: Tensor,
    attention_weights: Tensor,
    grad_output: Tensor,
    grad_value: Tensor,
    grad_sampling_loc: Tensor,
    grad_attn_weight: Tensor,
    *,
    im2col_step: int,
) -> None:
    """Write the gradients of `ms_deform_attn_forward` into the three tensors made for them.

    Args:
        grad_output: (B, queries, heads * C), of the result.
        grad_value, grad_sampling_loc, grad_attn_weight: Of the shapes of the inputs.
    """
    inputs = [
        tensor.detach().requires_grad_()
        for tensor in (value, sampling_locations, attention_weights)
    ]
    with torch.enable_grad():
        gathered = ms_deform_attn_forward(
            inputs[0],
            value_spatial_shapes,
            value_level_start_index,
            inputs[1],
            inputs[2],
            im2col_step=im2col_step,
        )
    gradients = torch.autograd.grad(gathered, inputs, grad_output)
    for written, gradient in zip(
        (grad_value, grad_sampling_loc, grad_attn_weight), gradients, strict=True
    ):
        written.copy_(gradient)
