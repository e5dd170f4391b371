# Stage 1 on the real clips of $AVS_REAL, S4 and MS3. Needs pip install "avs_mm[real]".
#   python tools/train.py configs/real/seg.py
#   python tools/test.py configs/real/seg.py work_dirs/real_seg
_base_ = ["./_base_/s4.py", "./_base_/maskformer_lite0.py", "../_base_/runtime.py"]
work_dir = "work_dirs/real_seg"
train_dataloader = {{_base_.stage1_dataloader}}
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
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
