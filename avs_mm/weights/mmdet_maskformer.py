"""MaskFormer trained with mmdet: only the head's name differs, its things and stuff are classes."""

from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

LAYER = "panoptic_head.transformer_decoder.layers.{l}."
OUR_LAYER = "decode_head.transformer_decoder.layers.{l}."
# fmt: off
TABLE = Table(
    file="a MaskFormer of mmdet 3.x (backbone.*, panoptic_head.*)",
    rows=(
        Row("backbone.{rest}",                          "backbone.{rest}"),
        Row("panoptic_head.pixel_decoder.{rest}",       "decode_head.pixel_decoder.{rest}"),
        # mmdet 2.x names attentions.0 what 3.x calls self_attn: unknown here
        Row(LAYER + "self_attn.{rest}",                 OUR_LAYER + "self_attn.{rest}"),
        Row(LAYER + "cross_attn.{rest}",                OUR_LAYER + "cross_attn.{rest}"),
        Row(LAYER + "ffn.{rest}",                       OUR_LAYER + "ffn.{rest}"),
        Row(LAYER + "norms.{rest}",                     OUR_LAYER + "norms.{rest}"),
        Row("panoptic_head.transformer_decoder.post_norm.{wb}",
            "decode_head.transformer_decoder.post_norm.{wb}"),
        Row("panoptic_head.decoder_input_proj.{wb}",    "decode_head.decoder_input_proj.{wb}"),
        Row("panoptic_head.query_embed.weight",         "decode_head.query_embed.weight"),
        # things, then stuff, then no object
        Row("panoptic_head.cls_embed.{wb}",             "decode_head.cls_embed.{wb}"),
        Row("panoptic_head.mask_embed.{n}.{wb}",        "decode_head.mask_embed.{n}.{wb}"),
    ),
)
# fmt: on
