# Stage 2 on VPO, after configs/benchmarks/vpo_seg.py; it gets left + right (docs/benchmarks.md).
#   python tools/train.py configs/benchmarks/vpo_avsc.py
#   python tools/test.py configs/benchmarks/vpo_avsc.py work_dirs/vpo_avsc
_base_ = ["./vpo_seg.py", "../_base_/avsc.py"]
work_dir = "work_dirs/vpo_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/vpo_seg",
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
