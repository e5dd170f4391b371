# Stage 1 on S4 with Mask2Former in MaskFormer's place (beyond the paper): Swin-B, 100 queries.
#   W=mask2former-swin-base-coco-panoptic  # docs/weights.md
#   python tools/train.py configs/avs_swin_b_m2f_seg.py --cfg-options model.initial_weights=$W
#   python tools/test.py configs/avs_swin_b_m2f_seg.py work_dirs/avs_swin_b_m2f_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/mask2former.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.swin_b}},
    decode_head=dict(num_classes=23, in_channels={{_base_.swin_b_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
