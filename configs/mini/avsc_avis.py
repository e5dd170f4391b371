# Stage 2 on the synthetic AVISeg, after configs/mini/seg_avis.py.
#   python tools/train.py configs/mini/avsc_avis.py
#   python tools/test.py configs/mini/avsc_avis.py work_dirs/mini_avsc_avis
_base_ = [
    "./_base_/avis.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc_avis"
model = dict(
    segmentor=dict(_base_.model, candidates_per_category=2),
    stage1="work_dirs/mini_seg_avis",
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
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=14, val_interval=14)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=14, convert_to_iter_based=True),
]
