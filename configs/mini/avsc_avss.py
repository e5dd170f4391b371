# Stage 2 on the mini AVSS, after configs/mini/seg_avss.py.
#   python tools/train.py configs/mini/avsc_avss.py
#   python tools/evaluate.py configs/mini/avsc_avss.py work_dirs/mini_avsc_avss
_base_ = [
    "./_base_/s4.py",
    "./_base_/avss.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc_avss"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/mini_seg_avss",
    audio_encoder={{_base_.small_beats}},
    hidden_dims=(64,),
    **_base_.avsc,
)
frames = dict(_base_.train_frames, pipeline=_base_.unpacked_pipeline, **_base_.avss)
train_dataloader = dict(dataset=dict(dataset=frames, **_base_.with_other_sounds))
val_dataloader = test_dataloader = dict(dataset=_base_.avss)
val_evaluator = [_base_.avss_metric, dict(type="avs_mm.CandidateMetric")]
test_evaluator = val_evaluator
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=28, val_interval=14)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=28, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="avs/mIoU_AVSS", rule="greater"))
