# LVS on S4 (paper, Table 2: J 23.28, F 30.83). Its maps are of 14x14, its sounds of ten seconds,
# a shorter file repeated.
#   python tools/train.py configs/lvs.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/lvs.py work_dirs/lvs
# The paper evaluates the authors' released network, which was not trained on AVSBench:
#   python tools/convert_weights.py lvs lvs_vggss.pth.tar pretrained/lvs.pth
#   python tools/test.py configs/lvs.py pretrained/lvs.pth
_base_ = ["./_base_/s4.py", "./_base_/localiser.py", "./_base_/runtime.py"]
model = dict(
    type="avs_mm.LVS",
    backbone=dict(strides=(1, 2, 2, 1)),
    audio_encoder=dict(strides=(1, 2, 2, 1)),
)
ten_seconds = dict(type="avs_mm.LoadAudio", duration=10.0, missing="repeat")
train_pipeline = list(_base_.localiser_train_pipeline)
test_pipeline = list(_base_.localiser_test_pipeline)
train_pipeline[1] = test_pipeline[1] = ten_seconds
train_dataloader = dict(batch_size=128, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
