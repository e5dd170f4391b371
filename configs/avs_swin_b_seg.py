# Stage 1 on S4: MaskFormer Swin-B, 100 queries, 224x224, Adam 1e-4, batch 32 (paper, section 4.1).
#   python tools/train.py configs/avs_swin_b_seg.py --cfg-options model.initial_weights=COCO.pth
#   python tools/test.py configs/avs_swin_b_seg.py work_dirs/avs_swin_b_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.swin_b}},
    decode_head=dict(num_classes=23, in_channels={{_base_.swin_b_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
