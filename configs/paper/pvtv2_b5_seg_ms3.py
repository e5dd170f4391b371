# The paper, literally: stage 1 on MS3 with PVT-v2-b5 (Tables 7 and 8); see _base_/literal.py.
# Batch 20 as in section 6.4: Table 7 prints the values of Table 8.
# Its 70 categories are those of AVSBench-semantic: MS3 itself has none.
#   python tools/convert_weights.py pvt_v2 pvt_v2_b5.pth pretrained/pvt_v2_b5.pth
#   python tools/train.py configs/paper/pvtv2_b5_seg_ms3.py
#   python tools/test.py configs/paper/pvtv2_b5_seg_ms3.py work_dirs/paper/pvtv2_b5_seg_ms3
_base_ = [
    "../_base_/s4.py",
    "../_base_/ms3.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "./_base_/literal.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/paper/pvtv2_b5_seg_ms3"
model = dict(
    backbone_weights="pretrained/pvt_v2_b5.pth",
    backbone={{_base_.pvt_v2_b5}},
    decode_head=dict(
        num_classes=70,
        in_channels={{_base_.pvt_v2_b5_channels}},
        **_base_.literal_head,
    ),
)
train_dataloader = dict(
    batch_size=20,
    dataset=dict(pipeline=_base_.literal_pipeline, **_base_.ms3_with_categories),
)
val_dataloader = test_dataloader = dict(dataset=_base_.ms3_with_categories)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
