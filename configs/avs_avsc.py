# Stage 2 on S4: AVSC with BEATs, Adam 1e-3, batch 64 (paper, section 4.1), after stage 1.
#   python tools/train.py configs/avs_avsc.py
#   python tools/test.py configs/avs_avsc.py work_dirs/avs_avsc
_base_ = ["./avs_swin_b_seg.py", "./_base_/avsc.py"]
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_swin_b_seg",  # a checkpoint, or a work dir: its best one
    audio_encoder={{_base_.beats}},
    # Beyond the paper: S4 names what sounds. It helps in docs/real.md; on AVSBench it is belief.
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
# The best is neither the one that marks everything nor the one that marks nothing.
val_cfg = dict(type="avs_mm.ConditionsValLoop")
val_evaluator = [dict(type="avs_mm.CandidateMetric")]
default_hooks = dict(checkpoint=dict(save_best="avs/harmonic"))
