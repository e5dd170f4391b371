# SLAVC on the mini S4 and MS3, from the weights that stage 1 starts from.
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/slavc.py
#   python tools/test.py configs/mini/slavc.py work_dirs/mini_slavc
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_slavc"
# In 1,584 iterations the paper's dropout (0.9) and targets (0.999) hardly get anywhere.
model = dict(type="avs_mm.SLAVC", upsampling="bicubic_aligned", visual_dropout=0.5, momentum=0.9)
train_dataloader = dict(drop_last=True, dataset={{_base_.s4_and_ms3}})
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
