"""MaskFormer with Swin from the Hugging Face hub, e.g. facebook/maskformer-swin-base-coco."""

from avs_mm.weights.hf_swin import position_index, swin_rows
from avs_mm.weights.swin import add_position_index
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

QKV_PROJ = ("q_proj", "k_proj", "v_proj")
# Theirs
SWIN = "model.pixel_level_module.encoder."
FPN = "model.pixel_level_module.decoder."
QUERIES = "model.transformer_module."
LAYER = QUERIES + "decoder.layers.{l}."
# Ours
PIXEL = "decode_head.pixel_decoder."
OUR_LAYER = "decode_head.transformer_decoder.layers.{l}."

# fmt: off
# transformers 5 names o_proj and mlp.fc1 in memory what its files call out_proj and fc1.
TABLE = Table(
    file="a MaskFormer with Swin of the Hugging Face hub (model.safetensors or pytorch_model.bin)",
    rows=(
        # Swin
        *swin_rows(SWIN + "model."),
        Row(SWIN + "hidden_states_norms.{s}.{wb}",      "backbone.norm{s}.{wb}"),
        # Pixel decoder: theirs numbers the levels from the coarsest, ours from the finest
        Row(FPN + "fpn.stem.0.weight",                  PIXEL + "last_feat_conv.conv.weight"),
        Row(FPN + "fpn.stem.1.{wb}",                    PIXEL + "last_feat_conv.gn.{wb}"),
        Row(FPN + "fpn.layers.{l}.proj.0.weight",       PIXEL + "lateral_convs.{2-l}.conv.weight"),
        Row(FPN + "fpn.layers.{l}.proj.1.{wb}",         PIXEL + "lateral_convs.{2-l}.gn.{wb}"),
        Row(FPN + "fpn.layers.{l}.block.0.weight",      PIXEL + "output_convs.{2-l}.conv.weight"),
        Row(FPN + "fpn.layers.{l}.block.1.{wb}",        PIXEL + "output_convs.{2-l}.gn.{wb}"),
        Row(FPN + "mask_projection.{wb}",               PIXEL + "mask_feature.{wb}"),
        # Transformer decoder
        Row(QUERIES + "queries_embedder.weight",        "decode_head.query_embed.weight"),
        Row(QUERIES + "input_projection.{wb}",          "decode_head.decoder_input_proj.{wb}"),
        Row(LAYER + "self_attn.{part}.weight",
            OUR_LAYER + "self_attn.attn.in_proj_weight",        parts=QKV_PROJ),
        Row(LAYER + "self_attn.{part}.bias",
            OUR_LAYER + "self_attn.attn.in_proj_bias",          parts=QKV_PROJ),
        Row(LAYER + "self_attn.(out|o)_proj.{wb}",
            OUR_LAYER + "self_attn.attn.out_proj.{wb}"),
        Row(LAYER + "encoder_attn.{part}.weight",
            OUR_LAYER + "cross_attn.attn.in_proj_weight",       parts=QKV_PROJ),
        Row(LAYER + "encoder_attn.{part}.bias",
            OUR_LAYER + "cross_attn.attn.in_proj_bias",         parts=QKV_PROJ),
        Row(LAYER + "encoder_attn.(out|o)_proj.{wb}",
            OUR_LAYER + "cross_attn.attn.out_proj.{wb}"),
        Row(LAYER + "(mlp.)?fc1.{wb}",                  OUR_LAYER + "ffn.layers.0.0.{wb}"),
        Row(LAYER + "(mlp.)?fc2.{wb}",                  OUR_LAYER + "ffn.layers.1.{wb}"),
        Row(LAYER + "self_attn_layer_norm.{wb}",        OUR_LAYER + "norms.0.{wb}"),
        Row(LAYER + "encoder_attn_layer_norm.{wb}",     OUR_LAYER + "norms.1.{wb}"),
        Row(LAYER + "final_layer_norm.{wb}",            OUR_LAYER + "norms.2.{wb}"),
        Row(QUERIES + "decoder.layernorm.{wb}",
            "decode_head.transformer_decoder.post_norm.{wb}"),
        # What each query says: no object is the last class in both
        Row("class_predictor.{wb}",                     "decode_head.cls_embed.{wb}"),
        Row("mask_embedder.0.0.{wb}",                   "decode_head.mask_embed.0.{wb}"),
        Row("mask_embedder.1.0.{wb}",                   "decode_head.mask_embed.2.{wb}"),
        Row("mask_embedder.2.0.{wb}",                   "decode_head.mask_embed.4.{wb}"),
    ),
    dropped={
        position_index(SWIN + "model."):                   "computed",
        SWIN + "model.layernorm.{wb}":                      "Swin's last norm, which is not used",
        "criterion.empty_weight":                           "the loss's class weights",
    },
    complete=add_position_index,
)
# fmt: on
