# A small Mask2Former on the maps of lite0.py, as small as maskformer_lite0.py.
_base_ = ["../../_base_/mask2former.py", "./lite0.py"]
attention = dict(embed_dims=64)
model = dict(
    **_base_.lite0,
    decode_head=dict(
        num_classes=13,
        loss_silent=None,  # from random weights, Eq. 4 summed over the queries wrecks the training
        in_channels={{_base_.lite0_channels}},
        num_queries=20,
        feat_channels=64,
        out_channels=64,
        pixel_decoder=dict(
            encoder=dict(
                num_layers=2,
                layer_cfg=dict(
                    self_attn_cfg=attention,
                    ffn_cfg=dict(embed_dims=64, feedforward_channels=256),
                ),
            ),
            positional_encoding=dict(num_feats=32),
        ),
        positional_encoding=dict(num_feats=32),
        transformer_decoder=dict(
            num_layers=3,
            layer_cfg=dict(
                self_attn_cfg=attention,
                cross_attn_cfg=attention,
                ffn_cfg=dict(embed_dims=64, feedforward_channels=256),
            ),
        ),
        train_cfg=dict(num_points=1600),  # the pixels of a mask of 40x40
    ),
)
