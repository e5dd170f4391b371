# Stage 2 on ../shared/real, after configs/real/seg.py.
#   python tools/train.py configs/real/avsc.py
#   python tools/test.py configs/real/avsc.py work_dirs/real_avsc
_base_ = ["./_base_/s4.py", "./_base_/maskformer_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/real_avsc"
model = dict(
    _delete_=True,
    type="avs_mm.AVSC",
    data_preprocessor={{_base_.model.data_preprocessor}},
    segmentor={{_base_.model}},
    stage1="work_dirs/real_seg",
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
# Up to six samples in ten hear another sound, or one more. The paper has none of these: fraction=0.
train_dataloader = dict(
    batch_size=16,
    dataset=dict(
        _delete_=True,
        type="MultiImageMixDataset",
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.train_pipeline[:-2]),
        pipeline=[dict(type="avs_mm.AudioNegatives", fraction=0.6), _base_.train_pipeline[-1]],
    ),
)
train_cfg = dict(type="EpochBasedTrainLoop", max_epochs=40, val_interval=10)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=40, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
