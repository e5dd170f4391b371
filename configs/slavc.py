# SLAVC on S4 (paper, Table 2: J 26.53, F 35.70).
#   python tools/train.py configs/slavc.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/slavc.py work_dirs/slavc
# The authors' released network:
#   python tools/convert_weights.py slavc vggss144k_slavc/latest.pth pretrained/slavc.pth
# As its authors test: --cfg-options model.normalisation=cosine and the prior of configs/ezvsl.py
# with model.object_prior.sound_weight=0.9
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "./_base_/runtime.py"]
model = dict(type="avs_mm.SLAVC", upsampling="bicubic_aligned")
train_dataloader = dict(batch_size=128, dataset=dict(pipeline={{_base_.localiser_train_pipeline}}))
val_dataloader = dict(dataset=dict(pipeline={{_base_.localiser_test_pipeline}}))
test_dataloader = val_dataloader
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
