# AVISeg (audio-visual instance segmentation): 26 categories, a frame a second. $AVIS_ROOT is the
# folder of train.json, val.json and test.json; without it, data/AVISeg.
data_root = "{{$AVIS_ROOT:data/AVISeg}}"
image_size = (512, 288)  # (width, height), of 1280 x 720
# What stage 2 begins with: it changes the sound before packing, and leaves the colours alone.
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="avs_mm.LoadInstanceMasks", instances=True),
    dict(type="Resize", scale=image_size),
    dict(type="RandomFlip", prob=0.5),
]
train_pipeline = [
    *unpacked_pipeline,
    dict(type="PhotoMetricDistortion"),
    dict(type="avs_mm.PackAVSInputs"),
]
# The masks stay at their own size: predictions are brought to it.
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.LoadInstanceMasks", instances=True),
    dict(type="avs_mm.PackAVSInputs"),
]
dataset = dict(type="avs_mm.AVISDataset", data_root=data_root)
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    persistent_workers=True,
    collate_fn=dict(type="avs_mm.one_tensor_collate"),
    sampler=dict(type="DefaultSampler", shuffle=True),
    dataset=dict(split="train", pipeline=train_pipeline, **dataset),
)
val_dataloader = dict(
    batch_size=20,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(split="val", pipeline=test_pipeline, test_mode=True, **dataset),
)
test_dataloader = dict(
    batch_size=20,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(split="test", pipeline=test_pipeline, test_mode=True, **dataset),
)
val_evaluator = [
    dict(type="avs_mm.CandidateMetric"),
    dict(type="avs_mm.AVISMetric", ann_file=f"{data_root}/val.json"),
]
test_evaluator = [
    dict(type="avs_mm.CandidateMetric"),
    dict(type="avs_mm.AVISMetric", ann_file=f"{data_root}/test.json"),
]
