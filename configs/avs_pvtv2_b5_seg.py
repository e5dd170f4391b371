# Stage 1 on S4 with PVT-v2-b5 (paper, Tables 5, 7 and 8).
#   python tools/train.py configs/avs_pvtv2_b5_seg.py
#   python tools/test.py configs/avs_pvtv2_b5_seg.py work_dirs/avs_pvtv2_b5_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.pvt_v2_b5}},
    decode_head=dict(num_classes=23, in_channels={{_base_.pvt_v2_b5_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
