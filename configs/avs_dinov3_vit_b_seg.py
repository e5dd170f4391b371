# Stage 1 on S4: MaskFormer with DINOv3 ViT-B/16 of transformers (beyond the paper).
#   W=FOLDER  # of config.json and model.safetensors
#   python tools/train.py configs/avs_dinov3_vit_b_seg.py --cfg-options model.backbone.weights=$W
#   python tools/test.py configs/avs_dinov3_vit_b_seg.py work_dirs/avs_dinov3_vit_b_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.dinov3_vit_b}},
    neck={{_base_.dinov3_vit_b_neck}},
    decode_head=dict(num_classes=23, in_channels={{_base_.dinov3_vit_b_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
