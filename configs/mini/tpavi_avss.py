# TPAVI on the mini AVSS: six categories and the background.
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/tpavi_avss.py
#   python tools/evaluate.py configs/mini/tpavi_avss.py work_dirs/mini_tpavi_avss
_base_ = [
    "./_base_/s4.py",
    "./_base_/tpavi_r18.py",
    "./_base_/avss.py",
    "../_base_/audio_encoders.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_tpavi_avss"
model = dict(
    num_classes=7,
    matching_weight=0.5,
    audio_encoder={{_base_.small_beats}},
)
train_dataloader = dict(
    batch_size=4,
    batch_sampler=_base_.clips,
    dataset=dict(type="avs_mm.AVSBenchClips", **_base_.avss),
)
val_dataloader = test_dataloader = dict(
    batch_size=4,
    batch_sampler=_base_.clips,
    sampler=dict(round_up=False),
    dataset=_base_.avss,
)
val_evaluator = [_base_.avss_metric]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="avs/mIoU_AVSS", rule="greater"))
