"""ResNet of torchvision, which names its layers as mmseg does."""

import torch
from torch import Tensor

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE", "add_counters", "rows_of_resnet"]


def add_counters(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Add the counters ``num_batches_tracked``, which files older than PyTorch 0.4.1 lack."""
    counters = {
        key.replace(".running_mean", ".num_batches_tracked"): torch.tensor(0)
        for key in weights
        if key.endswith(".running_mean")
    }
    return {**counters, **weights}


BLOCK = "layer{s}.{b}."


def rows_of_resnet(source: str, target: str, *, stem: str = "conv1") -> tuple[Row, ...]:
    """Return the rows of a ResNet without its classifier.

    Args:
        source, target: What stands before its names there and here, such as ``"backbone."``.
        stem: Name of the first convolution there.
    """
    # fmt: off
    return (
        Row(source + stem + ".weight",                target + "conv1.weight"),
        Row(source + "bn1.{bn}",                      target + "bn1.{bn}"),
        Row(source + BLOCK + "conv{n}.weight",        target + BLOCK + "conv{n}.weight"),
        Row(source + BLOCK + "bn{n}.{bn}",            target + BLOCK + "bn{n}.{bn}"),
        Row(source + BLOCK + "downsample.0.weight",   target + BLOCK + "downsample.0.weight"),
        Row(source + BLOCK + "downsample.1.{bn}",     target + BLOCK + "downsample.1.{bn}"),
    )
    # fmt: on


TABLE = Table(
    file="a ResNet of torchvision, such as resnet50-0676ba61.pth",
    rows=rows_of_resnet("", "backbone."),
    dropped={"fc.{wb}": "the classifier"},
    complete=add_counters,
)
