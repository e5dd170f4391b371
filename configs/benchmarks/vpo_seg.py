# Stage 1 on VPO (VPO-MS, or another subset): 21 categories.
#   python tools/train.py configs/benchmarks/vpo_seg.py --cfg-options \
#     model.initial_weights=COCO.pth
#   python tools/test.py configs/benchmarks/vpo_seg.py work_dirs/vpo_seg
_base_ = [
    "../_base_/vpo.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "../_base_/adam_30_epochs.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/vpo_seg"
model = dict(
    backbone={{_base_.swin_b}},
    decode_head=dict(num_classes=21, in_channels={{_base_.swin_b_channels}}),
)
# VPO has no validation split: its code tests on it, and nothing is chosen by a test here.
val_dataloader = val_cfg = val_evaluator = None
