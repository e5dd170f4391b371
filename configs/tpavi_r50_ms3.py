# TPAVI on MS3 with ResNet-50: five masks a clip, and an audio-visual matching term.
#   python tools/convert_weights.py resnet resnet50.pth pretrained/r50.pth
#   python tools/train.py configs/tpavi_r50_ms3.py
#   python tools/test.py configs/tpavi_r50_ms3.py work_dirs/tpavi_r50_ms3
# From S4's network: --cfg-options model.backbone_weights=None
#   model.initial_weights=work_dirs/tpavi_r50_s4
_base_ = [
    "./_base_/s4_clips.py",
    "./_base_/ms3.py",
    "./_base_/backbones.py",
    "./_base_/tpavi.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={**_base_.r50, "norm_eval": False},
    backbone_weights="pretrained/r50.pth",
    in_channels={{_base_.r50_channels}},
    matching_weight=0.5,
)
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
train_cfg = dict(max_epochs=30)
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
