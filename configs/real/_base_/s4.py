# Real images and sounds in AVSBench's layout, 13 categories, at 160x160: $AVS_REAL, or data/real.
_base_ = "../../_base_/s4.py"
data_root = "{{$AVS_REAL:data/real}}/AVSBench-object/Single-source"
size = (160, 160)
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="Resize", scale=size),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
# Stage 1: scales of 0.7 to 1.6, and objects of other images.
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="RandomResize", scale=size, ratio_range=(0.7, 1.6), keep_ratio=True),
    dict(type="RandomCrop", crop_size=size),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PhotoMetricDistortion"),
]
# Stage 2: the sound of any of a clip's seconds, louder or softer. The images stay as they are, so
# that stage 1 runs once on each.
sound_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.RandomSecond"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=size),
    dict(type="avs_mm.RandomGain", decibels=6.0),
]
ms3 = dict(
    subset="ms3",
    data_root="{{$AVS_REAL:data/real}}/AVSBench-object/Multi-sources",
    semantic_root="{{$AVS_REAL:data/real}}/AVSBench-semantic",
)
frames = dict(_base_.dataset, data_root=data_root, split="train")
val_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(data_root=data_root, pipeline=test_pipeline),
)
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        data_root=data_root,
        offscreen_root="{{$AVS_REAL:data/real}}/offscreen_audio",
        pipeline=test_pipeline,
    ),
)
# What stage 1 trains on: S4 and MS3, without their sounds.
silent_frames = dict(frames, audio=None, pipeline=unpacked_pipeline)
stage1_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        _delete_=True,
        type="MultiImageMixDataset",
        dataset=dict(type="ConcatDataset", datasets=[silent_frames, dict(silent_frames, **ms3)]),
        pipeline=[
            dict(type="avs_mm.CopyPaste", prob=0.4),
            dict(type="avs_mm.PackAVSInputs"),
        ],
    ),
)
