# The paper, literally: stage 1 on S4 with Swin-B (Tables 1, 2, 3, 4, 6); see _base_/literal.py.
#   python tools/convert_weights.py hf-maskformer MODEL.safetensors pretrained/swin_b_coco.pth
#   python tools/train.py configs/paper/swin_b_seg.py
#   python tools/test.py configs/paper/swin_b_seg.py work_dirs/paper/swin_b_seg
_base_ = [
    "../_base_/s4.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "./_base_/literal.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/paper/swin_b_seg"
model = dict(
    initial_weights="pretrained/swin_b_coco.pth",
    backbone={{_base_.swin_b}},
    decode_head=dict(
        num_classes=23,
        in_channels={{_base_.swin_b_channels}},
        **_base_.literal_head,
    ),
)
train_dataloader = dict(dataset=dict(pipeline=_base_.literal_pipeline))
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
