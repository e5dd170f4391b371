# Stage 2 on MS3, after configs/avs_swin_b_seg_ms3.py.
#   python tools/train.py configs/avs_avsc_ms3.py
#   python tools/test.py configs/avs_avsc_ms3.py work_dirs/avs_avsc_ms3
_base_ = ["./avs_swin_b_seg_ms3.py", "./_base_/avsc.py"]
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_swin_b_seg_ms3",
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
# The best is neither the one that marks everything nor the one that marks nothing.
val_cfg = dict(type="avs_mm.ConditionsValLoop")
val_evaluator = [dict(type="avs_mm.CandidateMetric")]
default_hooks = dict(checkpoint=dict(save_best="avs/harmonic"))
