# TPAVI with the ResNet-18 of configs/mini/pretrain.py: eight epochs, batches of four clips. A
# config adds the audio encoder and the data.
clips = dict(type="avs_mm.ClipBatchSampler")
model = dict(
    type="avs_mm.TPAVI",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    backbone_weights="work_dirs/mini_pretrain",
    in_channels=[32, 64, 128, 256],
    channels=64,
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=8, val_interval=2)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=8, convert_to_iter_based=True),
]
