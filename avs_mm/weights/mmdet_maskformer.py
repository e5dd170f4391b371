"""MaskFormer trained with mmdet: only the head's name differs, its things and stuff are classes."""

from avs_mm.weights.table import Row, Table

__all__ = ["SHARED_ROWS", "TABLE"]

LAYER = "panoptic_head.transformer_decoder.layers.{l}."
OUR_LAYER = "decode_head.transformer_decoder.layers.{l}."
# fmt: off
# What Mask2Former has under the same names
SHARED_ROWS = (
    Row("backbone.{rest}",                          "backbone.{rest}"),
    # mmdet 2.x names attentions.0 what 3.x calls self_attn: unknown here
    Row(LAYER + "self_attn.{rest}",                 OUR_LAYER + "self_attn.{rest}"),
    Row(LAYER + "cross_attn.{rest}",                OUR_LAYER + "cross_attn.{rest}"),
    Row(LAYER + "ffn.{rest}",                       OUR_LAYER + "ffn.{rest}"),
    Row(LAYER + "norms.{rest}",                     OUR_LAYER + "norms.{rest}"),
    Row("panoptic_head.transformer_decoder.post_norm.{wb}",
        "decode_head.transformer_decoder.post_norm.{wb}"),
    Row("panoptic_head.query_embed.weight",         "decode_head.query_embed.weight"),
    # things, then stuff, then no object
    Row("panoptic_head.cls_embed.{wb}",             "decode_head.cls_embed.{wb}"),
    Row("panoptic_head.mask_embed.{n}.{wb}",        "decode_head.mask_embed.{n}.{wb}"),
)
TABLE = Table(
    file="a MaskFormer of mmdet 3.x (backbone.*, panoptic_head.*)",
    rows=(
        *SHARED_ROWS,
        # The decoder's input is projected by the head (Swin) or by the pixel decoder (ResNet).
        Row("panoptic_head.(?P<module>pixel_decoder|decoder_input_proj).{rest}",
            "decode_head.{module}.{rest}"),
    ),
)
# fmt: on
