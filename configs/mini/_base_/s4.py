# S4 and MS3 of the mini data set (tools/make_mini.py --out data/mini, or $AVS_MINI), at 96x96.
_base_ = "../../_base_/s4.py"
data_root = "{{$AVS_MINI:data/mini}}/AVSBench-object/Single-source"
silent_root = "{{$AVS_MINI:data/mini}}/silent-objects/s4"  # read by the evaluation alone
# What stage 2 begins with: it changes the sound before packing, and leaves the colours alone.
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=(96, 96)),
    dict(type="RandomFlip", prob=0.5),
]
train_pipeline = [
    *unpacked_pipeline,
    dict(type="PhotoMetricDistortion"),
    dict(type="avs_mm.PackAVSInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="Resize", scale=(96, 96)),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
# MS3: what differs from S4. Both together: for those that learn from both.
ms3 = dict(
    subset="ms3",
    data_root="{{$AVS_MINI:data/mini}}/AVSBench-object/Multi-sources",
    semantic_root="{{$AVS_MINI:data/mini}}/AVSBench-semantic",
)
train_frames = dict(_base_.train_dataloader.dataset, data_root=data_root, pipeline=train_pipeline)
s4_and_ms3 = dict(
    _delete_=True, type="ConcatDataset", datasets=[train_frames, dict(train_frames, **ms3)]
)
val_dataloader = dict(
    num_workers=1,
    dataset=dict(data_root=data_root, silent_root=silent_root, pipeline=test_pipeline),
)
test_dataloader = dict(
    num_workers=1,
    dataset=dict(
        data_root=data_root,
        silent_root=silent_root,
        pipeline=test_pipeline,
        # By which AVSBench-Robust's "offscreen_official" pairs clips
        sound_groups=dict(
            bell="music",
            drum="music",
            bird="animal",
            engine="device",
            siren="device",
            whistle="device",
        ),
    ),
)
