# Stage 1 on MS3 with ResNet-50 (Tables 7 and 8). The masks' 70 categories: AVSBench-semantic.
#   python tools/train.py configs/avs_r50_seg_ms3.py
#   python tools/test.py configs/avs_r50_seg_ms3.py work_dirs/avs_r50_seg_ms3
_base_ = [
    "./_base_/s4.py",
    "./_base_/ms3.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.r50}},
    decode_head=dict(
        num_classes=70,
        in_channels={{_base_.r50_channels}},
        pixel_decoder={{_base_.r50_pixel_decoder}},
    ),
)
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3_with_categories)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
