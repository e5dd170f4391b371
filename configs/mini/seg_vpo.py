# Stage 1 on a subset of the synthetic VPO, from the network that knows all objects.
#   python tools/make_mini.py --vpo --out data/mini_vpo
#   VPO_SUBSET=ss python tools/train.py configs/mini/seg_vpo.py
#   VPO_SUBSET=ss python tools/evaluate.py configs/mini/seg_vpo.py work_dirs/mini_seg_vpo_ss
_base_ = ["./_base_/vpo.py", "./_base_/maskformer_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_seg_vpo_{{$VPO_SUBSET:ms}}"
model = dict(initial_weights="work_dirs/mini_pretrain")
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=20)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=4e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=20, convert_to_iter_based=True),
]
# VPO has no validation split, and nothing is chosen by a test.
val_dataloader = val_cfg = val_evaluator = None
