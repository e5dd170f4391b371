# A Mask2Former that a laptop trains in minutes, as small as maskformer_r18.py: 20 queries, three
# decoder layers.
_base_ = "../../_base_/mask2former.py"
attention = dict(embed_dims=128)
model = dict(
    score_threshold=0.5,
    quality_threshold=0.8,
    least_area=0.005,
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    decode_head=dict(
        num_classes=6,
        in_channels=[32, 64, 128, 256],
        num_queries=20,
        feat_channels=128,
        out_channels=128,
        pixel_decoder=dict(
            encoder=dict(
                num_layers=2,
                layer_cfg=dict(
                    self_attn_cfg=attention,
                    ffn_cfg=dict(embed_dims=128, feedforward_channels=256),
                ),
            ),
            positional_encoding=dict(num_feats=64),
        ),
        positional_encoding=dict(num_feats=64),
        transformer_decoder=dict(
            num_layers=3,
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=128, feedforward_channels=512),
            ),
        ),
        train_cfg=dict(num_points=1024),  # twice the pixels of a mask of 24x24
    ),
)
