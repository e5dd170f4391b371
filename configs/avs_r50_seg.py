# Stage 1 on S4 with ResNet-50 (paper, Tables 5, 7 and 8).
#   python tools/train.py configs/avs_r50_seg.py
#   python tools/test.py configs/avs_r50_seg.py work_dirs/avs_r50_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.r50}},
    decode_head=dict(
        num_classes=23,
        in_channels={{_base_.r50_channels}},
        pixel_decoder={{_base_.r50_pixel_decoder}},
    ),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
