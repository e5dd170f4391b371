"""Mask2Former with Swin from the Hugging Face hub, e.g. mask2former-swin-base-coco-panoptic."""

from avs_mm.weights.hf_maskformer import QKV_PROJ
from avs_mm.weights.hf_swin import position_index, swin_rows
from avs_mm.weights.swin import add_position_index
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

# Theirs
SWIN = "model.pixel_level_module.encoder."
DECODER = "model.pixel_level_module.decoder."
ENCODER_LAYER = DECODER + "encoder.layers.{l}."
QUERIES = "model.transformer_module."
LAYER = QUERIES + "decoder.layers.{l}."
# Ours
PIXEL = "decode_head.pixel_decoder."
OUR_ENCODER_LAYER = PIXEL + "encoder.layers.{l}."
OUR_LAYER = "decode_head.transformer_decoder.layers.{l}."

# fmt: off
TABLE = Table(
    file="a Mask2Former with Swin of the Hugging Face hub (model.safetensors, pytorch_model.bin)",
    rows=(
        # Swin
        *swin_rows(SWIN),
        Row(SWIN + "hidden_states_norms.stage{s}.{wb}", "backbone.norm{s-1}.{wb}"),
        # Pixel decoder: three scales through deformable attention ...
        Row(DECODER + "input_projections.{l}.0.{wb}",   PIXEL + "input_convs.{l}.conv.{wb}"),
        Row(DECODER + "input_projections.{l}.1.{wb}",   PIXEL + "input_convs.{l}.gn.{wb}"),
        Row(DECODER + "level_embed",                    PIXEL + "level_encoding.weight"),
        Row(ENCODER_LAYER + "self_attn.(?P<module>sampling_offsets|attention_weights|value_proj"
            "|output_proj).{wb}",
            OUR_ENCODER_LAYER + "self_attn.{module}.{wb}"),
        Row(ENCODER_LAYER + "self_attn_layer_norm.{wb}", OUR_ENCODER_LAYER + "norms.0.{wb}"),
        Row(ENCODER_LAYER + "fc1.{wb}",                 OUR_ENCODER_LAYER + "ffn.layers.0.0.{wb}"),
        Row(ENCODER_LAYER + "fc2.{wb}",                 OUR_ENCODER_LAYER + "ffn.layers.1.{wb}"),
        Row(ENCODER_LAYER + "final_layer_norm.{wb}",    OUR_ENCODER_LAYER + "norms.1.{wb}"),
        # ... and on to the finest, from which the masks are made
        Row(DECODER + "adapter_1.0.weight",             PIXEL + "lateral_convs.0.conv.weight"),
        Row(DECODER + "adapter_1.1.{wb}",               PIXEL + "lateral_convs.0.gn.{wb}"),
        Row(DECODER + "layer_1.0.weight",               PIXEL + "output_convs.0.conv.weight"),
        Row(DECODER + "layer_1.1.{wb}",                 PIXEL + "output_convs.0.gn.{wb}"),
        Row(DECODER + "mask_projection.{wb}",           PIXEL + "mask_feature.{wb}"),
        # Transformer decoder: cross-attention comes first
        Row(QUERIES + "queries_embedder.weight",        "decode_head.query_embed.weight"),
        Row(QUERIES + "queries_features.weight",        "decode_head.query_feat.weight"),
        Row(QUERIES + "level_embed.weight",             "decode_head.level_embed.weight"),
        Row(LAYER + "cross_attn.{rest}",                OUR_LAYER + "cross_attn.attn.{rest}"),
        Row(LAYER + "cross_attn_layer_norm.{wb}",       OUR_LAYER + "norms.0.{wb}"),
        Row(LAYER + "self_attn.{part}.weight",
            OUR_LAYER + "self_attn.attn.in_proj_weight",        parts=QKV_PROJ),
        Row(LAYER + "self_attn.{part}.bias",
            OUR_LAYER + "self_attn.attn.in_proj_bias",          parts=QKV_PROJ),
        Row(LAYER + "self_attn.out_proj.{wb}",          OUR_LAYER + "self_attn.attn.out_proj.{wb}"),
        Row(LAYER + "self_attn_layer_norm.{wb}",        OUR_LAYER + "norms.1.{wb}"),
        Row(LAYER + "fc1.{wb}",                         OUR_LAYER + "ffn.layers.0.0.{wb}"),
        Row(LAYER + "fc2.{wb}",                         OUR_LAYER + "ffn.layers.1.{wb}"),
        Row(LAYER + "final_layer_norm.{wb}",            OUR_LAYER + "norms.2.{wb}"),
        Row(QUERIES + "decoder.layernorm.{wb}",
            "decode_head.transformer_decoder.post_norm.{wb}"),
        # What each query says: no object is the last class in both
        Row("class_predictor.{wb}",                     "decode_head.cls_embed.{wb}"),
        Row(QUERIES + "decoder.mask_predictor.mask_embedder.0.0.{wb}",
            "decode_head.mask_embed.0.{wb}"),
        Row(QUERIES + "decoder.mask_predictor.mask_embedder.1.0.{wb}",
            "decode_head.mask_embed.2.{wb}"),
        Row(QUERIES + "decoder.mask_predictor.mask_embedder.2.0.{wb}",
            "decode_head.mask_embed.4.{wb}"),
    ),
    dropped={
        position_index(SWIN):                              "computed",
        SWIN + "(swin.)?layernorm.{wb}":                    "Swin's last norm, which is not used",
        "criterion.empty_weight":                           "the loss's class weights",
    },
    complete=add_position_index,
)
# fmt: on
