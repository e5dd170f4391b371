"""Mask2Former trained with mmdet: only the head's name differs, as for MaskFormer."""

from avs_mm.weights.mmdet_maskformer import SHARED_ROWS
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

PIXEL = "panoptic_head.pixel_decoder."
OUR_PIXEL = "decode_head.pixel_decoder."
LAYER = PIXEL + "encoder.layers.{l}."
OUR_LAYER = OUR_PIXEL + "encoder.layers.{l}."
# fmt: off
# Nothing is dropped: mmdet's losses and its fusion head have no weights.
TABLE = Table(
    file="a Mask2Former of mmdet 3.x (backbone.*, panoptic_head.*)",
    rows=(
        *SHARED_ROWS,
        # Each query has a feature to start from, each scale that the queries look at an embedding.
        Row("panoptic_head.query_feat.weight",      "decode_head.query_feat.weight"),
        Row("panoptic_head.level_embed.weight",     "decode_head.level_embed.weight"),
        # Pixel decoder: three scales through deformable attention (in mmdet 2.x attentions.0) ...
        Row(PIXEL + "input_convs.{n}.{rest}",       OUR_PIXEL + "input_convs.{n}.{rest}"),
        Row(PIXEL + "level_encoding.weight",        OUR_PIXEL + "level_encoding.weight"),
        Row(LAYER + "self_attn.{rest}",             OUR_LAYER + "self_attn.{rest}"),
        Row(LAYER + "ffn.{rest}",                   OUR_LAYER + "ffn.{rest}"),
        Row(LAYER + "norms.{rest}",                 OUR_LAYER + "norms.{rest}"),
        # ... and on to the finest, from which the masks are made
        Row(PIXEL + "lateral_convs.{n}.{rest}",     OUR_PIXEL + "lateral_convs.{n}.{rest}"),
        Row(PIXEL + "output_convs.{n}.{rest}",      OUR_PIXEL + "output_convs.{n}.{rest}"),
        Row(PIXEL + "mask_feature.{wb}",            OUR_PIXEL + "mask_feature.{wb}"),
    ),
)
# fmt: on
