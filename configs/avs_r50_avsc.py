# Stage 2 on S4 with VGGish, after configs/avs_r50_seg.py (paper, Tables 7 and 8).
#   python tools/train.py configs/avs_r50_avsc.py
#   python tools/test.py configs/avs_r50_avsc.py work_dirs/avs_r50_avsc
_base_ = ["./avs_r50_seg.py", "./_base_/avsc.py"]
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_r50_seg",
    audio_encoder={{_base_.vggish}},
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
