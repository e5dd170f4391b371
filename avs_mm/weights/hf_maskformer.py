"""MaskFormer with Swin from the Hugging Face hub, e.g. facebook/maskformer-swin-base-coco."""

from avs_mm.weights.swin import add_position_index, merge_bias, merge_weight
from avs_mm.weights.table import Row, Table

__all__ = ["TABLE"]

QKV = ("query", "key", "value")
QKV_PROJ = ("q_proj", "k_proj", "v_proj")
# Theirs
SWIN = "model.pixel_level_module.encoder."
STAGE = SWIN + "model.encoder.layers.{s}."
BLOCK = STAGE + "blocks.{b}."
FPN = "model.pixel_level_module.decoder."
QUERIES = "model.transformer_module."
LAYER = QUERIES + "decoder.layers.{l}."
# Ours
OUR_BLOCK = "backbone.stages.{s}.blocks.{b}."
PIXEL = "decode_head.pixel_decoder."
OUR_LAYER = "decode_head.transformer_decoder.layers.{l}."

# fmt: off
# transformers 5 names o_proj and mlp.fc1 in memory what its files call out_proj and fc1.
TABLE = Table(
    file="a MaskFormer with Swin of the Hugging Face hub (model.safetensors or pytorch_model.bin)",
    rows=(
        # Swin
        Row(SWIN + "model.embeddings.patch_embeddings.projection.{wb}",
            "backbone.patch_embed.projection.{wb}"),
        Row(SWIN + "model.embeddings.norm.{wb}",        "backbone.patch_embed.norm.{wb}"),
        Row(BLOCK + "layernorm_before.{wb}",            OUR_BLOCK + "norm1.{wb}"),
        Row(BLOCK + "attention.self.{part}.{wb}",
            OUR_BLOCK + "attn.w_msa.qkv.{wb}",                  parts=QKV),
        Row(BLOCK + "attention.self.relative_position_bias_table",
            OUR_BLOCK + "attn.w_msa.relative_position_bias_table"),
        Row(BLOCK + "attention.output.dense.{wb}",      OUR_BLOCK + "attn.w_msa.proj.{wb}"),
        Row(BLOCK + "layernorm_after.{wb}",             OUR_BLOCK + "norm2.{wb}"),
        Row(BLOCK + "intermediate.dense.{wb}",          OUR_BLOCK + "ffn.layers.0.0.{wb}"),
        Row(BLOCK + "output.dense.{wb}",                OUR_BLOCK + "ffn.layers.1.{wb}"),
        Row(STAGE + "downsample.reduction.weight",
            "backbone.stages.{s}.downsample.reduction.weight",  merge_weight),
        Row(STAGE + "downsample.norm.{wb}",
            "backbone.stages.{s}.downsample.norm.{wb}",         merge_bias),
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
        BLOCK + "attention.self.relative_position_index":   "computed",
        SWIN + "model.layernorm.{wb}":                      "Swin's last norm, which is not used",
        "criterion.empty_weight":                           "the loss's class weights",
    },
    complete=add_position_index,
)
# fmt: on
