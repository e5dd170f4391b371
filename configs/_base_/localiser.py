# What the sound localisers share: two ResNet-18, Adam 1e-4, batches of 128, crops, flips and three
# seconds of sound, as EZ-VSL's and SLAVC's authors have it, and 100 epochs, as EZ-VSL's for ten
# thousand images (20 for 144 thousand; S4 has 3,452). They learn without any label; the masks of
# the validation choose the checkpoint. The backbones were trained on ImageNet before:
#   python tools/convert_weights.py resnet resnet18-f37072fd.pth pretrained/resnet18.pth
#   ... --cfg-options model.backbone_weights=pretrained/resnet18.pth
model = dict(
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    backbone=dict(type="ResNet", depth=18, out_indices=(3,), norm_cfg=dict(type="BN")),
    in_channels=512,
    audio_encoder=dict(type="avs_mm.SpectrogramResNet", depth=18),
)
three_seconds = dict(type="avs_mm.LoadAudio", duration=3.0, missing="shift", centred=True)
localiser_train_pipeline = [
    dict(type="LoadImageFromFile"),
    three_seconds,
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=(246, 246), interpolation="bicubic"),
    dict(type="RandomCrop", crop_size=(224, 224)),
    dict(type="RandomFlip", prob=0.5),
    dict(type="avs_mm.PackAVSInputs"),
]
localiser_test_pipeline = [
    dict(type="LoadImageFromFile"),
    three_seconds,
    dict(type="Resize", scale=(224, 224)),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
localiser_evaluator = [
    dict(type="avs_mm.AVSMetric"),
    dict(type="avs_mm.LocaliserThresholdMetric"),
]
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=100, val_interval=1)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-4))
