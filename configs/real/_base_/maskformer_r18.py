# The mini data set's small MaskFormer (configs/mini), for 13 categories.
_base_ = "../../_base_/maskformer.py"
attention = dict(embed_dims=128)
model = dict(
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    decode_head=dict(
        num_classes=13,
        loss_silent=None,  # from random weights, Eq. 4 summed over the queries wrecks the training
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
