# Stage 2 on AVSS, after configs/avs_swin_b_seg_avss.py: class by class, mIoU and F.
#   python tools/train.py configs/avs_swin_b_avsc_avss.py
#   python tools/evaluate.py configs/avs_swin_b_avsc_avss.py work_dirs/avs_swin_b_avsc_avss
_base_ = ["./avs_swin_b_seg_avss.py", "./_base_/avsc.py"]
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_swin_b_seg_avss",
    audio_encoder={{_base_.beats}},
    **_base_.avsc,
)
train_dataloader = dict(
    batch_size=64,
    dataset=dict(
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.unpacked_pipeline),
        **_base_.with_other_sounds,
    ),
)
optim_wrapper = dict(optimizer=dict(lr=1e-3), clip_grad=None)
default_hooks = dict(checkpoint=dict(save_best="avs/mIoU_AVSS"))
