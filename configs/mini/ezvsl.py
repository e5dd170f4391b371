# EZ-VSL on the mini S4 and MS3, from the weights that stage 1 starts from.
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/ezvsl.py
#   python tools/test.py configs/mini/ezvsl.py work_dirs/mini_ezvsl
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_ezvsl"
model = dict(type="avs_mm.EZVSL", upsampling="bilinear_aligned")
train_dataloader = dict(drop_last=True, dataset={{_base_.s4_and_ms3}})
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
