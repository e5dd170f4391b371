# How stage 1 is trained: AdamW 1e-3, warmed up, with a cosine over 60 epochs.
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=60, val_interval=15)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=1e-3, weight_decay=0.05),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=60, convert_to_iter_based=True),
]
