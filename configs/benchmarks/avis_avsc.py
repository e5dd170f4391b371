# Stage 2 on AVISeg, after configs/benchmarks/avis_seg.py: FSLA, HOTA and mAP, in both modes.
#   python tools/train.py configs/benchmarks/avis_avsc.py
#   python tools/test.py configs/benchmarks/avis_avsc.py work_dirs/avis_avsc
_base_ = ["./avis_seg.py", "../_base_/avsc.py"]
work_dir = "work_dirs/avis_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/avis_seg",
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
default_hooks = dict(checkpoint=dict(save_best="avis/FSLA", rule="greater"))
