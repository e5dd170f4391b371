# TPAVI on the mini AVSS: six categories and the background.
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/tpavi_avss.py
#   python tools/evaluate.py configs/mini/tpavi_avss.py work_dirs/mini_tpavi_avss
_base_ = [
    "./_base_/s4.py",
    "./_base_/avss.py",
    "../_base_/audio_encoders.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_tpavi_avss"
model = dict(
    type="avs_mm.TPAVI",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    backbone=dict(
        type="ResNet", depth=18, base_channels=32, stem_channels=32, norm_cfg=dict(type="BN")
    ),
    backbone_weights="work_dirs/mini_pretrain",
    in_channels=[32, 64, 128, 256],
    channels=64,
    num_classes=7,
    matching_weight=0.5,
    audio_encoder={{_base_.small_beats}},
)
clips = dict(type="avs_mm.ClipBatchSampler")
train_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    dataset=dict(type="avs_mm.AVSBenchClips", **_base_.avss),
)
val_dataloader = test_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    sampler=dict(round_up=False),
    dataset=_base_.avss,
)
val_evaluator = [_base_.avss_metric]
test_evaluator = val_evaluator
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=8, val_interval=2)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=8, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="avs/mIoU_AVSS", rule="greater"))
