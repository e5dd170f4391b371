# Stage 1 on MS3 with PVT-v2-b5 (Tables 7 and 8). The masks' 70 categories: AVSBench-semantic.
#   python tools/train.py configs/avs_pvtv2_b5_seg_ms3.py
#   python tools/test.py configs/avs_pvtv2_b5_seg_ms3.py work_dirs/avs_pvtv2_b5_seg_ms3
_base_ = [
    "./_base_/s4.py",
    "./_base_/ms3.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.pvt_v2_b5}},
    decode_head=dict(num_classes=70, in_channels={{_base_.pvt_v2_b5_channels}}),
)
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3_with_categories)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
