# LVS on the mini S4 and MS3, from the weights that stage 1 starts from.
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/lvs.py
#   python tools/test.py configs/mini/lvs.py work_dirs/mini_lvs
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_lvs"
model = dict(type="avs_mm.LVS", audio_encoder=dict(base_channels=32, strides=(1, 2, 2, 1)))
train_dataloader = dict(drop_last=True, dataset={{_base_.s4_and_ms3}})
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
