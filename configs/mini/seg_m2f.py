# Stage 1 on the mini S4 with Mask2Former, from the network that knows all objects.
#   python tools/train.py configs/mini/seg_m2f.py
#   python tools/test.py configs/mini/seg_m2f.py work_dirs/mini_seg_m2f
_base_ = ["./_base_/s4.py", "./_base_/mask2former_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_seg_m2f"
# What that network is sure of is labelled too. The paper's: teacher=None, and Eq. 4 as in _base_.
model = dict(
    initial_weights="work_dirs/mini_pretrain_m2f",
    teacher=dict(score_threshold=0.8, quality_threshold=0.75),
    decode_head=dict(loss_silent=None),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=12, val_interval=6)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=4e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=12, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
