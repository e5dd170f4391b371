# A MaskFormer that a laptop trains in minutes: ResNet-18 of half the width, 20 queries, 3 layers.
_base_ = "../../_base_/maskformer.py"
attention = dict(embed_dims=128)
model = dict(
    score_threshold=0.5,
    quality_threshold=0.8,  # a faint mask shows nothing
    least_area=0.005,  # 15 x 15 of 224 x 224 pixels: specks in the background are no objects
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    decode_head=dict(
        num_classes=6,
        in_channels=[32, 64, 128, 256],
        num_queries=20,
        feat_channels=128,
        out_channels=128,
        positional_encoding=dict(num_feats=64),
        transformer_decoder=dict(
            num_layers=3,
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=128, feedforward_channels=512),
            ),
        ),
    ),
)
