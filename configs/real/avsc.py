# Stage 2 on the real clips of $AVS_REAL, S4 and MS3, after configs/real/seg.py.
#   python tools/train.py configs/real/avsc.py
#   python tools/evaluate.py configs/real/avsc.py work_dirs/real_avsc
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer_lite0.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/real_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/real_seg",
    audio_encoder=dict(type="avs_mm.SpectrogramEfficientNet", frequency_shift=4),
    hidden_dims=(),
    # Beyond the paper: the categories that sound are known, and validation chooses the threshold.
    category_loss_weight=30.0,
    calibrated=True,
    **_base_.avsc,
)
frames = dict(_base_.frames, pipeline=_base_.sound_pipeline)
train_dataloader = dict(
    batch_size=32,
    num_workers=1,
    dataset=dict(
        dataset=dict(type="ConcatDataset", datasets=[frames, dict(frames, **_base_.ms3)]),
        **_base_.with_other_sounds,
    ),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=60, val_interval=10)
val_cfg = dict(type="avs_mm.ConditionsValLoop")
val_evaluator = [dict(type="avs_mm.CandidateMetric")]
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="AdamW", lr=3e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=60, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="avs/harmonic", rule="greater"))
