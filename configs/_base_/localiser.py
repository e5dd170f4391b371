# What the sound localisers share: two ResNet-18, Adam 1e-4, batches of 128. They learn without any
# label; the masks of the validation choose the checkpoint. The authors' backbones were trained on
# ImageNet before:
#   python tools/convert_weights.py resnet resnet18-f37072fd.pth pretrained/resnet18.pth
#   ... --cfg-options model.backbone_weights=pretrained/resnet18.pth
model = dict(
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
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
