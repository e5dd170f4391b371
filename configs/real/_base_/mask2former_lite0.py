# A small Mask2Former on the maps of lite0.py, with a pixel decoder of the same width.
_base_ = ["../../_base_/mask2former.py", "./lite0.py"]
model = dict(
    decode_head=dict(
        pixel_decoder=dict(
            encoder=dict(
                num_layers=2,
                layer_cfg=dict(
                    self_attn_cfg=dict(embed_dims=64),
                    ffn_cfg=dict(embed_dims=64, feedforward_channels=256),
                ),
            ),
            positional_encoding=dict(num_feats=32),
        ),
        train_cfg=dict(num_points=1600),  # the pixels of a mask of 40x40
        **_base_.lite0_head,
    ),
    **_base_.lite0,
)
