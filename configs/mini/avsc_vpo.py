# Stage 2 on a subset of the synthetic VPO, after configs/mini/seg_vpo.py of the same $VPO_SUBSET.
#   VPO_SUBSET=ss python tools/train.py configs/mini/avsc_vpo.py
#   VPO_SUBSET=ss python tools/evaluate.py configs/mini/avsc_vpo.py work_dirs/mini_avsc_vpo_ss
_base_ = [
    "./_base_/vpo.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc_vpo_{{$VPO_SUBSET:ms}}"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/mini_seg_vpo_{{$VPO_SUBSET:ms}}",
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
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=120)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=120, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(interval=20))
# VPO has no validation split, and nothing is chosen by a test.
val_dataloader = val_cfg = val_evaluator = None
