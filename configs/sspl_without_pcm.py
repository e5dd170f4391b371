# SSPL without its predictive coding module on S4 (paper, Table 2: J 18.72, F 32.52).
#   python tools/train.py configs/sspl_without_pcm.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/sspl_without_pcm.py work_dirs/sspl_without_pcm
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "./_base_/runtime.py"]
model = dict(type="avs_mm.SSPL", pcm=False)
train_dataloader = dict(batch_size=128)
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
