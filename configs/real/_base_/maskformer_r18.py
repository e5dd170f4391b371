# The paper's MaskFormer behind a ResNet-18 from scratch: what two CPU cores can train.
_base_ = "../../_base_/maskformer.py"
model = dict(
    untrained_warning=None,
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    decode_head=dict(
        num_classes=13,
        in_channels=[32, 64, 128, 256],
        num_queries=20,
        transformer_decoder=dict(num_layers=3),
    ),
)
