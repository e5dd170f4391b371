"""PVT v2 of its authors' repository, for mmdet's ``PyramidVisionTransformerV2``."""

from torch import Tensor

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]


def as_convolution(weight: Tensor) -> Tensor:
    """Turn the weight of a linear layer (M, N) into that of a 1x1 convolution (M, N, 1, 1)."""
    return weight[:, :, None, None]


BLOCK = "block{s}.{b}."
OURS = "backbone.layers.{s-1}.1.{b}."
QKV = ("q", "kv")
# fmt: off
TABLE = Table(
    file="an official PVT v2, such as pvt_v2_b5.pth",
    rows=(
        Row("patch_embed{s}.proj.{wb}",            "backbone.layers.{s-1}.0.projection.{wb}"),
        Row("patch_embed{s}.norm.{wb}",            "backbone.layers.{s-1}.0.norm.{wb}"),
        Row(BLOCK + "norm{n}.{wb}",                OURS + "norm{n}.{wb}"),
        Row(BLOCK + "attn.{part}.weight",          OURS + "attn.attn.in_proj_weight", parts=QKV),
        Row(BLOCK + "attn.{part}.bias",            OURS + "attn.attn.in_proj_bias", parts=QKV),
        Row(BLOCK + "attn.proj.{wb}",              OURS + "attn.attn.out_proj.{wb}"),
        Row(BLOCK + "attn.sr.{wb}",                OURS + "attn.sr.{wb}"),
        Row(BLOCK + "attn.norm.{wb}",              OURS + "attn.norm.{wb}"),
        Row(BLOCK + "mlp.fc1.weight",              OURS + "ffn.layers.0.weight", as_convolution),
        Row(BLOCK + "mlp.fc1.bias",                OURS + "ffn.layers.0.bias"),
        Row(BLOCK + "mlp.dwconv.dwconv.{wb}",      OURS + "ffn.layers.1.{wb}"),
        Row(BLOCK + "mlp.fc2.weight",              OURS + "ffn.layers.4.weight", as_convolution),
        Row(BLOCK + "mlp.fc2.bias",                OURS + "ffn.layers.4.bias"),
        Row("norm{s}.{wb}",                        "backbone.layers.{s-1}.2.{wb}"),
    ),
    dropped={
        "head.{wb}":                               "the classifier",
    },
)
# fmt: on
