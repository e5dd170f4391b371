# What every run needs whatever it trains: scope, hooks, visualisation.
default_scope = "mmseg"
custom_imports = dict(imports=["avs_mm"], allow_failed_imports=False)
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method="fork", opencv_num_threads=0),
    dist_cfg=dict(backend="nccl", timeout=600),  # seconds to wait for another process
)
default_hooks = dict(
    timer=dict(type="IterTimerHook"),
    logger=dict(type="avs_mm.MainProcessLoggerHook", interval=20, log_metric_by_epoch=True),
    param_scheduler=dict(type="ParamSchedulerHook"),
    checkpoint=dict(type="avs_mm.AtomicCheckpointHook", interval=1, max_keep_ckpts=1),
    sampler_seed=dict(type="DistSamplerSeedHook"),
    # --cfg-options default_hooks.visualization.draw=True: pictures of every validation
    visualization=dict(type="avs_mm.SoundingVisualizationHook", draw=False),
)
custom_hooks = [
    dict(type="avs_mm.WorkDirHook"),
    dict(type="avs_mm.CategoryCheckHook"),
    dict(type="avs_mm.CheckpointFitHook"),
    dict(type="avs_mm.UnchangedDataHook"),
    dict(type="avs_mm.FiniteLossHook"),
    dict(type="avs_mm.UnfinishedValidationHook"),
]
visualizer = dict(type="SegLocalVisualizer", vis_backends=[dict(type="LocalVisBackend")])
log_processor = dict(by_epoch=True)
randomness = dict(seed=0)
val_cfg = dict(type="ValLoop")
test_cfg = dict(type="TestLoop")
