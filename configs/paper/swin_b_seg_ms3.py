# The paper, literally: stage 1 on MS3 with Swin-B (Tables 1, 2, 3, 4, 6); see _base_/literal.py.
# Its 70 categories are those of AVSBench-semantic: MS3 itself has none.
#   python tools/convert_weights.py hf-maskformer MODEL.safetensors pretrained/swin_b_coco.pth
#   python tools/train.py configs/paper/swin_b_seg_ms3.py
#   python tools/test.py configs/paper/swin_b_seg_ms3.py work_dirs/paper/swin_b_seg_ms3
_base_ = [
    "../_base_/s4.py",
    "../_base_/ms3.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "./_base_/literal.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/paper/swin_b_seg_ms3"
model = dict(
    initial_weights="pretrained/swin_b_coco.pth",
    backbone={{_base_.swin_b}},
    decode_head=dict(
        num_classes=70,
        in_channels={{_base_.swin_b_channels}},
        **_base_.literal_head,
    ),
)
train_dataloader = dict(
    dataset=dict(pipeline=_base_.literal_pipeline, **_base_.ms3_with_categories)
)
val_dataloader = test_dataloader = dict(dataset=_base_.ms3_with_categories)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
