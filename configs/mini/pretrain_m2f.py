# As pretrain.py, for Mask2Former: stage 1 on images in which ALL objects are labelled.
#   python tools/make_mini.py --out data/mini
#   python tools/train.py configs/mini/pretrain_m2f.py
_base_ = ["./_base_/s4.py", "./_base_/mask2former_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_pretrain_m2f"
all_objects = dict(subset="avss", data_root="{{$AVS_MINI:data/mini}}/all-objects", labels=("v1m",))
model = dict(
    from_scratch=True,
    decode_head=dict(tolerance=0.0, loss_silent=None),  # Mask2Former's own loss
)
train_dataloader = dict(dataset=all_objects)
val_dataloader = dict(dataset=dict(silent_root=None, **all_objects))
test_dataloader = dict(dataset=dict(silent_root=None, **all_objects))
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=14, val_interval=14)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=4e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=14, convert_to_iter_based=True),
]
