# Stage 1 on S4: MaskFormer with ConvNeXt V2-B of transformers (beyond the paper).
#   W=FOLDER  # of config.json and model.safetensors
#   python tools/train.py configs/avs_convnextv2_b_seg.py --cfg-options model.backbone.weights=$W
#   python tools/test.py configs/avs_convnextv2_b_seg.py work_dirs/avs_convnextv2_b_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.convnextv2_b}},
    decode_head=dict(num_classes=23, in_channels={{_base_.convnextv2_b_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
