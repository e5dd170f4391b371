# EZ-VSL on S4 (paper, Table 2: J 32.99, F 44.42).
#   python tools/train.py configs/ezvsl.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/ezvsl.py work_dirs/ezvsl
# The authors' released network:
#   python tools/convert_weights.py ez_vsl checkpoints/vggsound_144k/best.pth pretrained/ez_vsl.pth
# With the authors' object-guided prior at test time, which weighs 0.6:
#   python tools/test.py configs/ezvsl.py work_dirs/ezvsl --cfg-options \
#     model.object_prior.weights=pretrained/resnet18.pth \
#     model.object_prior.backbone.type=ResNet model.object_prior.backbone.depth=18
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "./_base_/runtime.py"]
model = dict(type="avs_mm.EZVSL", upsampling="bilinear_aligned")
train_dataloader = dict(batch_size=128, dataset=dict(pipeline={{_base_.localiser_train_pipeline}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.localiser_test_pipeline}}))
test_dataloader = val_dataloader
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
