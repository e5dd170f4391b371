# SSPL with its predictive coding module on S4 (paper, Table 2: J 24.04, F 36.67).
#   python tools/train.py configs/sspl.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/sspl.py work_dirs/sspl
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "./_base_/runtime.py"]
model = dict(type="avs_mm.SSPL", pcm=True)
train_dataloader = dict(batch_size=128)
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
