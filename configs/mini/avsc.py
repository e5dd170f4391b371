# Stage 2 on the mini set: a small BEATs learns from Eq. 6 alone which candidates sound.
#   python tools/train.py configs/mini/avsc.py
#   python tools/test.py configs/mini/avsc.py work_dirs/mini_avsc
_base_ = ["./_base_/s4.py", "./_base_/maskformer_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_avsc"
model = dict(
    _delete_=True,
    type="avs_mm.AVSC",
    data_preprocessor={{_base_.model.data_preprocessor}},
    segmentor={{_base_.model}},
    stage1="work_dirs/mini_seg",
    remember_frames=20000,  # their colours stay: stage 1 sees each picture once
    audio_encoder=dict(
        type="avs_mm.BEATs",
        frozen=False,
        embed_dims=64,
        num_layers=3,
        num_heads=4,
        feedforward_channels=128,
        patch_embed_dims=32,
    ),
    hidden_dims=(64,),
)
# S4 and MS3; up to six samples in ten under another sound (AudioNegatives; the paper: fraction=0).
frames = dict(_base_.train_frames, pipeline=_base_.train_pipeline[:-2])
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type="MultiImageMixDataset",
        dataset=dict(type="ConcatDataset", datasets=[frames, dict(frames, **_base_.ms3)]),
        pipeline=[dict(type="avs_mm.AudioNegatives", fraction=0.6), _base_.train_pipeline[-1]],
    ),
)
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=28, val_interval=14)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=28, convert_to_iter_based=True),
]
