# Stage 1 on AVSS: the 70 categories of AVSBench-semantic, v1s, v1m and v2.
#   python tools/train.py configs/avs_swin_b_seg_avss.py --cfg-options \
#     model.initial_weights=COCO.pth
#   python tools/evaluate.py configs/avs_swin_b_seg_avss.py work_dirs/avs_swin_b_seg_avss
_base_ = [
    "./_base_/s4.py",
    "./_base_/avss.py",
    "./_base_/maskformer.py",
    "./_base_/backbones.py",
    "./_base_/adam_30_epochs.py",
    "./_base_/runtime.py",
]
model = dict(
    backbone={{_base_.swin_b}},
    decode_head=dict(num_classes=70, in_channels={{_base_.swin_b_channels}}),
)
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.avss)
val_evaluator = [_base_.avss_metric, dict(type="avs_mm.CandidateMetric")]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
