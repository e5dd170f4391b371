"""AVSBench's official TPAVI, for this package's; VGGish is in a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from avs_mm.weights import pvt_v2, resnet
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE", "TableByBackbone"]


@dataclass(frozen=True)
class TableByBackbone:
    """One kind of files of which each backbone has its own table.

    Args:
        tables: Beginning of the backbone's keys -> the table of such a file.
    """

    tables: Mapping[str, Table]

    def convert(self, weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the weights under their new names; see ``Table.convert``."""
        for prefix, table in self.tables.items():
            if any(key.startswith(prefix) for key in weights):
                return table.convert(weights)
        raise ValueError(
            f"no key begins with {' or '.join(self.tables)}, as those of {self._files} do. Give "
            "such a file, or another kind."
        )

    @property
    def _files(self) -> str:
        return " and ".join(table.file for table in self.tables.values())


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
    blocks = [row for row in resnet.TABLE.rows if row.source.startswith(resnet.BLOCK)]
    rows = [replace(row, source=f"resnet.{row.source}") for row in resnet.TABLE.rows]
    for theirs, ours in BRANCHES.items():
        rows += [
            replace(
                row,
                source="resnet." + row.source.replace("layer{s}", theirs),
                target=row.target.replace("backbone.layer{s}", ours),
            )
            for row in blocks
        ]
    return tuple(rows)


def _pvt_rows() -> tuple[Row, ...]:
    return tuple(replace(row, source=f"encoder_backbone.{row.source}") for row in pvt_v2.TABLE.rows)


TABLE = TableByBackbone(
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
