# What the sound localisers share: two ResNet-18, Adam 1e-4, batches of 128. They learn without any
# label; the masks of the validation choose the checkpoint. The authors' eyes begin with ImageNet:
#   python tools/convert_weights.py resnet resnet18-f37072fd.pth pretrained/resnet18.pth
#   ... --cfg-options model.backbone_weights=pretrained/resnet18.pth
model = dict(
    data_preprocessor=dict(
        type="avs_mm.AVSDataPreProcessor",
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        size_divisor=32,
    ),
    backbone=dict(type="ResNet", depth=18, out_indices=(3,), norm_cfg=dict(type="BN")),
    in_channels=512,
    audio_encoder=dict(type="avs_mm.SpectrogramResNet", depth=18),
)
localiser_evaluator = [
    dict(type="avs_mm.AVSMetric"),
    dict(type="avs_mm.LocaliserThresholdMetric"),
]
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=100, val_interval=5)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="Adam", lr=1e-4, weight_decay=1e-4),
)
