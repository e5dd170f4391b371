# S4 for TPAVI: whole clips of five frames, in training also those without a mask, and
# without augmentation. batch_size counts clips. VGGish hears what TPAVI's preprocessing gives it:
# examples that begin every 0.96 s, the last one repeated where the file is too short.
_base_ = "./s4.py"
image_size = (224, 224)
example = dict(type="avs_mm.LoadAudio", duration=0.975, hop=0.96, missing="last")
train_pipeline = [
    dict(type="LoadImageFromFile"),
    example,
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.PackAVSInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    example,
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
# AVSBench's authors brought the frames of S4 and MS3 to 224x224 by OpenCV. Those of AVSS have any
# size, and TPAVI's code shrinks them by PIL, whose bilinear filter averages what a pixel covers.
avss_train_pipeline = [
    dict(step, backend="pillow") if step["type"] == "Resize" else step for step in train_pipeline
]
avss_test_pipeline = [
    dict(step, backend="pillow") if step["type"] == "Resize" else step for step in test_pipeline
]
clips = dict(type="avs_mm.ClipBatchSampler")
train_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    dataset=dict(type="avs_mm.AVSBenchClips", pipeline=train_pipeline),
)
val_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    sampler=dict(round_up=False),
    dataset=dict(pipeline=test_pipeline),
)
test_dataloader = dict(
    batch_size=4,
    batch_sampler=clips,
    sampler=dict(round_up=False),
    dataset=dict(pipeline=test_pipeline),
)
val_evaluator = [dict(type="avs_mm.AVSMetric")]
test_evaluator = val_evaluator
