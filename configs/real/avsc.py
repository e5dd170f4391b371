# Stage 2 on the real clips of $AVS_REAL, after configs/real/seg.py.
#   python tools/train.py configs/real/avsc.py
#   python tools/test.py configs/real/avsc.py work_dirs/real_avsc
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/real_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/real_seg",
    audio_encoder={{_base_.small_beats}},
    hidden_dims=(64,),
    **_base_.avsc,
)
train_dataloader = dict(
    dataset=dict(
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.unpacked_pipeline),
        **_base_.with_other_sounds,
    ),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=40, val_interval=10)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=40, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
