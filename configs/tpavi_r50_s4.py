# TPAVI on S4 with ResNet-50: the mask of the first frame alone trains it, as in its source.
#   python tools/convert_weights.py resnet resnet50.pth pretrained/r50.pth
#   python tools/train.py configs/tpavi_r50_s4.py
#   python tools/test.py configs/tpavi_r50_s4.py work_dirs/tpavi_r50_s4
_base_ = [
    "./_base_/s4_clips.py",
    "./_base_/backbones.py",
    "./_base_/tpavi.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={**_base_.r50, "norm_eval": False},
    backbone_weights="pretrained/r50.pth",
    in_channels={{_base_.r50_channels}},
)
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
