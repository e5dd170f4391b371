"""Networks in half precision; what is decided by their outputs is computed in fp32."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from mmengine.structures import BaseDataElement
from torch import Tensor, nn

__all__ = ["PRECISIONS", "use_mixed_precision"]

PRECISIONS = {"bf16": torch.bfloat16, "fp16": torch.float16}
NETWORKS = ("encode_images", "encode_audio")


def use_mixed_precision(model: nn.Module, precision: str) -> None:
    """Let a model's networks compute in half precision where autocast allows it, in place.

    That is `encode_images` and, where the model has it, `encode_audio`; what they return is fp32
    again, so maps and thresholds are computed as ever. The weights stay as they are. For
    prediction; training has ``tools/train.py --amp``.

    Args:
        model: An ``AudioVisualModel``.
        precision: "bf16", or "fp16" for GPUs without it.

    Raises:
        ValueError: another precision, or a model without `encode_images`.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"the precision is {' or '.join(PRECISIONS)}, not {precision!r}")
    if not hasattr(model, NETWORKS[0]):
        raise ValueError(f"{type(model).__name__} has no {NETWORKS[0]}; leave mixed precision out")
    for name in NETWORKS:
        if hasattr(model, name):
            setattr(model, name, _in_half_precision(model, name, PRECISIONS[precision]))


def _in_half_precision(model: nn.Module, name: str, dtype: torch.dtype) -> Callable[..., Any]:
    method = getattr(model, name)

    @wraps(method)
    def compute(*args: Any, **kwargs: Any) -> Any:
        device = next(model.parameters()).device.type
        with torch.autocast(device, dtype):
            output = method(*args, **kwargs)
        return _in_single_precision(output)

    return compute


def _in_single_precision(output: Any) -> Any:
    if isinstance(output, Tensor):
        return output.float() if output.is_floating_point() else output
    if isinstance(output, BaseDataElement):
        return output.new(**{name: _in_single_precision(value) for name, value in output.items()})
    if isinstance(output, dict):
        return {name: _in_single_precision(value) for name, value in output.items()}
    if isinstance(output, list | tuple):
        return type(output)(_in_single_precision(value) for value in output)
    return output
