"""AVSBench's official TPAVI, for this package's; VGGish is in a file of its own."""

from dataclasses import replace

from torch import Tensor

from avs_mm.weights import pvt_v2, resnet
from avs_mm.weights.table import Row, Table, TableByPrefix

__all__ = ["TABLE"]


def as_2d(weight: Tensor) -> Tensor:
    """Turn the weight of a 1x1x1 convolution (M, N, 1, 1, 1) into that of a 1x1 one."""
    return weight.squeeze(-1)


def as_linear(weight: Tensor) -> Tensor:
    """Turn the weight of a 1x1x1 convolution (M, N, 1, 1, 1) into that of a linear layer."""
    return weight.flatten(1)


THEIRS = "tpavi_b{s}."
OURS = "attentions.{s-1}."
# fmt: off
ROWS = (
    Row("conv{s}.conv2d_list.{d}.{wb}",          "convolutions.{s-1}.branches.{d}.{wb}"),
    Row(THEIRS + "align_channel.{wb}",           OURS + "align.{wb}"),
    Row(THEIRS + "theta.weight",                 OURS + "query.weight", as_2d),
    Row(THEIRS + "theta.bias",                   OURS + "query.bias"),
    Row(THEIRS + "phi.weight",                   OURS + "key.weight", as_linear),
    Row(THEIRS + "phi.bias",                     OURS + "key.bias"),
    Row(THEIRS + "g.weight",                     OURS + "value.weight", as_2d),
    Row(THEIRS + "g.bias",                       OURS + "value.bias"),
    Row(THEIRS + "W_z.0.weight",                 OURS + "project.0.weight", as_2d),
    Row(THEIRS + "W_z.0.bias",                   OURS + "project.0.bias"),
    Row(THEIRS + "W_z.1.{bn}",                   OURS + "project.1.{bn}"),
    Row(THEIRS + "norm_layer.{wb}",              OURS + "norm.{wb}"),
    Row("path{s}.resConfUnit1.conv{n}.{wb}",     "decoder.blocks.{s-1}.skip.conv{n}.{wb}"),
    Row("path{s}.resConfUnit2.conv{n}.{wb}",     "decoder.blocks.{s-1}.out.conv{n}.{wb}"),
    Row("output_conv.{n}.{wb}",                  "decoder.head.{n}.{wb}"),
)
# fmt: on
# The third and fourth layer stand there twice, and only the first of each is used.
BRANCHES = {"layer{s}_1": "backbone.layer{s}", "layer{s}_2": "unused_branch.layer{s}"}


def _resnet_rows() -> tuple[Row, ...]:
    rows = list(resnet.rows_of_resnet("resnet.", "backbone."))
    blocks = [row for row in rows if "layer{s}" in row.source]
    for theirs, ours in BRANCHES.items():
        rows += [
            replace(
                row,
                source=row.source.replace("layer{s}", theirs),
                target=row.target.replace("backbone.layer{s}", ours),
            )
            for row in blocks
        ]
    return tuple(rows)


def _pvt_rows() -> tuple[Row, ...]:
    return tuple(replace(row, source=f"encoder_backbone.{row.source}") for row in pvt_v2.TABLE.rows)


TABLE = TableByPrefix(
    {
        "resnet.": Table(
            file="AVSBench's TPAVI with ResNet-50",
            rows=(*_resnet_rows(), *ROWS),
            complete=resnet.add_counters,
        ),
        "encoder_backbone.": Table(
            file="AVSBench's TPAVI with PVT-v2-b5",
            rows=(*_pvt_rows(), *ROWS),
            complete=resnet.add_counters,
        ),
    }
)
