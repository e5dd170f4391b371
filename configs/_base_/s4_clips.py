# S4 for TPAVI: whole clips of five frames, in training also those without a mask, and
# without augmentation. batch_size counts clips.
_base_ = "./s4.py"
image_size = (224, 224)
train_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.PackAVSInputs"),
]
clips = dict(type="avs_mm.ClipBatchSampler")
train_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    dataset=dict(type="avs_mm.AVSBenchClips", pipeline=train_pipeline),
)
val_dataloader = dict(batch_size=4, batch_sampler=clips, sampler=dict(round_up=False))
test_dataloader = dict(batch_size=4, batch_sampler=clips, sampler=dict(round_up=False))
val_evaluator = [dict(type="avs_mm.AVSMetric")]
test_evaluator = val_evaluator
