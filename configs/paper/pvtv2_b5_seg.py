# The paper, literally: stage 1 on S4 with PVT-v2-b5 (Tables 7 and 8); see _base_/literal.py.
# Batch 20 as in section 6.4: Table 7 prints the values of Table 8.
#   python tools/convert_weights.py pvt_v2 pvt_v2_b5.pth pretrained/pvt_v2_b5.pth
#   python tools/train.py configs/paper/pvtv2_b5_seg.py
#   python tools/test.py configs/paper/pvtv2_b5_seg.py work_dirs/paper/pvtv2_b5_seg
_base_ = [
    "../_base_/s4.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "./_base_/literal.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/paper/pvtv2_b5_seg"
model = dict(
    backbone_weights="pretrained/pvt_v2_b5.pth",
    backbone={{_base_.pvt_v2_b5}},
    decode_head=dict(
        num_classes=23,
        in_channels={{_base_.pvt_v2_b5_channels}},
        **_base_.literal_head,
    ),
)
train_dataloader = dict(batch_size=20, dataset=dict(pipeline=_base_.literal_pipeline))
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
