# SSPL with its predictive coding module on S4 (paper, Table 2: J 24.04, F 36.67).
#   python tools/convert_weights.py vgg16 vgg16-397923af.pth pretrained/vgg16.pth
#   python tools/train.py configs/sspl.py --cfg-options \
#     model.backbone_weights=pretrained/vgg16.pth
#   python tools/test.py configs/sspl.py work_dirs/sspl
_base_ = [
    "./_base_/s4.py",
    "./_base_/localiser.py",
    "./_base_/audio_encoders.py",
    "./_base_/runtime.py",
]
model = dict(
    type="avs_mm.SSPL",
    pcm=True,
    stretch_sound=True,
    backbone=dict(_delete_=True, type="avs_mm.VGG16"),
    audio_encoder={**_base_.vggish, "_delete_": True},
)
train_dataloader = dict(  # the views crop and flip
    batch_size=256, dataset=dict(pipeline=_base_.localiser_test_pipeline)
)
val_dataloader = dict(dataset=dict(pipeline=_base_.localiser_test_pipeline))
test_dataloader = val_dataloader
val_evaluator = {{_base_.localiser_evaluator}}
test_evaluator = val_evaluator
train_cfg = dict(max_epochs=20)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type="AdamW", lr=2e-5, weight_decay=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            "projector": dict(lr_mult=2.5),
            "predictor": dict(lr_mult=2.5),
            "feedback_rates": dict(decay_mult=0.0),
            "error_rates": dict(decay_mult=0.0),
        }
    ),
)
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
