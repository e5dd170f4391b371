"""ResNet of torchvision, which names its layers as mmseg does."""

import torch
from torch import Tensor

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]


def add_counters(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Add the counters ``num_batches_tracked``, which files older than PyTorch 0.4.1 lack."""
    counters = {
        key.replace(".running_mean", ".num_batches_tracked"): torch.tensor(0)
        for key in weights
        if key.endswith(".running_mean")
    }
    return {**counters, **weights}


BLOCK = "layer{s}.{b}."
# fmt: off
TABLE = Table(
    file="a ResNet of torchvision, such as resnet50-0676ba61.pth",
    rows=(
        Row("conv1.weight",                  "backbone.conv1.weight"),
        Row("bn1.{bn}",                      "backbone.bn1.{bn}"),
        Row(BLOCK + "conv{n}.weight",        "backbone." + BLOCK + "conv{n}.weight"),
        Row(BLOCK + "bn{n}.{bn}",            "backbone." + BLOCK + "bn{n}.{bn}"),
        Row(BLOCK + "downsample.0.weight",   "backbone." + BLOCK + "downsample.0.weight"),
        Row(BLOCK + "downsample.1.{bn}",     "backbone." + BLOCK + "downsample.1.{bn}"),
    ),
    dropped={
        "fc.{wb}":                           "the classifier",
    },
    complete=add_counters,
)
# fmt: on
