"""Swin: Microsoft's classifiers, and what all other Swins need on their way to mmseg's."""

import math

import torch
from torch import Tensor

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE", "add_position_index", "merge_bias", "merge_weight"]

# Patch merging lays the four pixels of a 2x2 patch side by side: in the columns' order, each with
# all its channels (Microsoft, Hugging Face), or in the rows' order, channel by channel (mmseg).
COLUMNS_TO_ROWS = [0, 2, 1, 3]
BIAS_TABLE = ".relative_position_bias_table"


def merge_weight(weight: Tensor) -> Tensor:
    """Reorder the inputs of a patch merging's ``reduction`` (2C, 4C)."""
    outputs, inputs = weight.shape
    by_pixel = weight.reshape(outputs, 4, inputs // 4)[:, COLUMNS_TO_ROWS]
    return by_pixel.transpose(1, 2).reshape(outputs, inputs)


def merge_bias(vector: Tensor) -> Tensor:
    """Reorder weight or bias (4C,) of a patch merging's ``norm``."""
    return vector.reshape(4, -1)[COLUMNS_TO_ROWS].transpose(0, 1).flatten()


def add_position_index(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Add the index that belongs to each table of relative positions.

    It follows from the window's width W alone: (2W - 1)**2 positions, numbered row by row, and
    an index (W * W, W * W) from every pixel to every pixel.
    """
    indices = {
        key.replace(BIAS_TABLE, ".relative_position_index"): _position_index(len(table))
        for key, table in weights.items()
        if key.endswith(BIAS_TABLE)
    }
    return {**weights, **indices}


def _position_index(positions: int) -> Tensor:
    side = math.isqrt(positions)  # 2W - 1
    window = (side + 1) // 2
    if side * side != positions or side % 2 == 0:
        raise ValueError(
            f"a table of {positions} relative positions belongs to no square window: of width W it "
            "has (2W - 1)**2. The file is damaged, or no Swin Transformer's."
        )
    row, column = torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")
    row, column = row.flatten(), column.flatten()
    down = row[:, None] - row + window - 1
    right = column[:, None] - column + window - 1
    return down * side + right


BLOCK = "layers.{s}.blocks.{b}."
OURS = "backbone.stages.{s}.blocks.{b}."
# fmt: off
TABLE = Table(
    file="an official Swin Transformer, such as swin_base_patch4_window12_384_22k.pth",
    rows=(
        Row("patch_embed.proj.{wb}",                 "backbone.patch_embed.projection.{wb}"),
        Row("patch_embed.norm.{wb}",                 "backbone.patch_embed.norm.{wb}"),
        Row(BLOCK + "norm{n}.{wb}",                  OURS + "norm{n}.{wb}"),
        Row(BLOCK + "attn.qkv.{wb}",                 OURS + "attn.w_msa.qkv.{wb}"),
        Row(BLOCK + "attn.proj.{wb}",                OURS + "attn.w_msa.proj.{wb}"),
        Row(BLOCK + "attn" + BIAS_TABLE,             OURS + "attn.w_msa" + BIAS_TABLE),
        Row(BLOCK + "mlp.fc1.{wb}",                  OURS + "ffn.layers.0.0.{wb}"),
        Row(BLOCK + "mlp.fc2.{wb}",                  OURS + "ffn.layers.1.{wb}"),
        Row("layers.{s}.downsample.reduction.weight",
            "backbone.stages.{s}.downsample.reduction.weight",  merge_weight),
        Row("layers.{s}.downsample.norm.{wb}",
            "backbone.stages.{s}.downsample.norm.{wb}",         merge_bias),
    ),
    dropped={
        BLOCK + "attn.relative_position_index":      "computed",
        BLOCK + "attn_mask":                         "computed from the image's size",
        "norm.{wb}":                                 "the classifier's; mmseg has one a stage",
        "head.{wb}":                                 "the classifier",
    },
    complete=add_position_index,
)
# fmt: on
