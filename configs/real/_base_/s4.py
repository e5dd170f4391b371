# Real images and sounds in AVSBench's layout, 13 categories, at 128x128: $AVS_REAL, or data/real.
_base_ = "../../_base_/s4.py"
data_root = "{{$AVS_REAL:data/real}}/AVSBench-object/Single-source"
# What stage 2 begins with: it changes the sound before packing, and leaves the colours alone.
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=(128, 128)),
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
    dict(type="Resize", scale=(128, 128)),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root, pipeline=test_pipeline))
