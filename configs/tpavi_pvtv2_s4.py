# TPAVI on S4 with PVT-v2-b5: the mask of the first frame alone trains it, as in its source.
#   python tools/convert_weights.py pvt_v2 pvt_v2_b5.pth pretrained/pvtv2.pth
#   python tools/train.py configs/tpavi_pvtv2_s4.py
#   python tools/test.py configs/tpavi_pvtv2_s4.py work_dirs/tpavi_pvtv2_s4
_base_ = [
    "./_base_/s4_clips.py",
    "./_base_/backbones.py",
    "./_base_/tpavi.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.pvt_v2_b5}},
    backbone_weights="pretrained/pvtv2.pth",
    in_channels={{_base_.pvt_v2_b5_channels}},
)
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
