# Localisers that a laptop trains in minutes: ResNet-18 of half the width for images, as stage 1
# has, and of a quarter for sounds; heat maps of 6x6.
_base_ = "../../_base_/localiser.py"
model = dict(
    backbone=dict(base_channels=32, stem_channels=32, strides=(1, 2, 2, 1)),
    in_channels=256,
    backbone_weights="work_dirs/mini_pretrain",
    audio_encoder=dict(base_channels=16),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=48, val_interval=12)
optim_wrapper = dict(optimizer=dict(lr=3e-4))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=48, convert_to_iter_based=True),
]
