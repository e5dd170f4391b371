# TPAVI on AVSS with ResNet-50: 71 classes, the background first, 60 epochs of four clips.
#   python tools/convert_weights.py resnet resnet50.pth pretrained/r50.pth
#   python tools/train.py configs/tpavi_r50_avss.py
#   python tools/evaluate.py configs/tpavi_r50_avss.py work_dirs/tpavi_r50_avss
_base_ = [
    "./_base_/s4_clips.py",
    "./_base_/avss.py",
    "./_base_/backbones.py",
    "./_base_/tpavi.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={**_base_.r50, "norm_eval": False},
    backbone_weights="pretrained/r50.pth",
    in_channels={{_base_.r50_channels}},
    num_classes=71,
    align_bias=False,
    attended_frames=5,
    matching_weight=0.5,
)
train_dataloader = dict(dataset=dict(pipeline=_base_.avss_train_pipeline, **_base_.avss))
val_dataloader = test_dataloader = dict(
    dataset=dict(pipeline=_base_.avss_test_pipeline, **_base_.avss)
)
train_cfg = dict(max_epochs=60)
val_evaluator = [_base_.avss_metric]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="avs/mIoU_AVSS", rule="greater"))
