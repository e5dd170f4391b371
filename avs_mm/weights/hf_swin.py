"""Swin as the Hugging Face hub stores it, within MaskFormer and Mask2Former."""

from avs_mm.weights.swin import merge_bias, merge_weight
from avs_mm.weights.table import Row

__all__ = ["position_index", "swin_rows"]

QKV = ("query", "key", "value")
OURS = "backbone.stages.{s}.blocks.{b}."


# fmt: off
def swin_rows(prefix: str) -> tuple[Row, ...]:
    """Return the rows of a Swin whose keys begin with ``prefix``, its last norms aside."""
    stage = prefix + "encoder.layers.{s}."
    block = stage + "blocks.{b}."
    return (
        Row(prefix + "embeddings.patch_embeddings.projection.{wb}",
            "backbone.patch_embed.projection.{wb}"),
        Row(prefix + "embeddings.norm.{wb}",            "backbone.patch_embed.norm.{wb}"),
        Row(block + "layernorm_before.{wb}",            OURS + "norm1.{wb}"),
        Row(block + "attention.self.{part}.{wb}",
            OURS + "attn.w_msa.qkv.{wb}",                       parts=QKV),
        Row(block + "attention.self.relative_position_bias_table",
            OURS + "attn.w_msa.relative_position_bias_table"),
        Row(block + "attention.output.dense.{wb}",      OURS + "attn.w_msa.proj.{wb}"),
        Row(block + "layernorm_after.{wb}",             OURS + "norm2.{wb}"),
        Row(block + "intermediate.dense.{wb}",          OURS + "ffn.layers.0.0.{wb}"),
        Row(block + "output.dense.{wb}",                OURS + "ffn.layers.1.{wb}"),
        Row(stage + "downsample.reduction.weight",
            "backbone.stages.{s}.downsample.reduction.weight",  merge_weight),
        Row(stage + "downsample.norm.{wb}",
            "backbone.stages.{s}.downsample.norm.{wb}",         merge_bias),
    )
# fmt: on


def position_index(prefix: str) -> str:
    """Return the key of the positions' indices, which are computed."""
    return prefix + "encoder.layers.{s}.blocks.{b}.attention.self.relative_position_index"
