# SSPL without its predictive coding module on S4 (paper, Table 2: J 18.72, F 32.52).
#   python tools/convert_weights.py vgg16 vgg16-397923af.pth pretrained/vgg16.pth
#   python tools/train.py configs/sspl_without_pcm.py --cfg-options \
#     model.backbone_weights=pretrained/vgg16.pth
#   python tools/test.py configs/sspl_without_pcm.py work_dirs/sspl_without_pcm
_base_ = [
    "./_base_/s4.py",
    "./_base_/localiser.py",
    "./_base_/audio_encoders.py",
    "./_base_/runtime.py",
]
model = dict(
    type="avs_mm.SSPL",
    pcm=False,
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
train_cfg = dict(max_epochs=100)
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type="AdamW", lr=5e-4, weight_decay=1e-4),
    paramwise_cfg=dict(
        custom_keys={
            "projector": dict(lr_mult=4.0),
            "predictor": dict(lr_mult=4.0),
        }
    ),
)
default_hooks = dict(checkpoint=dict(save_best="localiser/J", rule="greater"))
