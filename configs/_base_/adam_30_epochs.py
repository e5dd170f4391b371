# Adam 1e-4 (paper, section 4.1); the paper does not say how long it trains.
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=30, val_interval=1)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="Adam", lr=1e-4),
    clip_grad=dict(max_norm=0.01, norm_type=2),
)
param_scheduler = [dict(type="PolyLR", power=0.9, eta_min=0, begin=0, end=30, by_epoch=True)]
