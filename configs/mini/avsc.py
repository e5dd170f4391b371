# Stage 2 on the mini set: a small BEATs learns from Eq. 6 alone which candidates sound.
#   python tools/train.py configs/mini/avsc.py
#   python tools/test.py configs/mini/avsc.py work_dirs/mini_avsc
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/mini_seg",
    audio_encoder={{_base_.small_beats}},
    hidden_dims=(64,),
    **_base_.avsc,
)
# S4 and MS3
frames = dict(_base_.train_frames, pipeline=_base_.unpacked_pipeline)
train_dataloader = dict(
    dataset=dict(
        dataset=dict(type="ConcatDataset", datasets=[frames, dict(frames, **_base_.ms3)]),
        **_base_.with_other_sounds,
    ),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=28, val_interval=14)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=28, convert_to_iter_based=True),
]
