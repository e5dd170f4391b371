# Stage 2 on S4 over Mask2Former's candidates, after configs/avs_swin_b_m2f_seg.py.
#   python tools/train.py configs/avs_swin_b_m2f_avsc.py
#   python tools/test.py configs/avs_swin_b_m2f_avsc.py work_dirs/avs_swin_b_m2f_avsc
_base_ = ["./avs_swin_b_m2f_seg.py", "./_base_/avsc.py"]
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_swin_b_m2f_seg",
    audio_encoder={{_base_.beats}},
    category_loss_weight=1.0,
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
val_cfg = dict(type="avs_mm.ConditionsValLoop")
val_evaluator = [dict(type="avs_mm.CandidateMetric")]
default_hooks = dict(checkpoint=dict(save_best="avs/harmonic"))
