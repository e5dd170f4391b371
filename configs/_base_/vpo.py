# VPO: 21 categories, an image and three seconds of sound. $VPO_ROOT holds VPO-SS, VPO-MS and
# VPO-MSMI, $VGGSOUND_ROOT the wav files of VGGSound; without them, data/VPO and data/VGGSound.
# Another subset: --cfg-options train_dataloader.dataset.subset=ss test_dataloader.dataset.subset=ss
image_size = (512, 512)
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="Resize", scale=image_size),
    dict(type="RandomFlip", prob=0.5),
    dict(type="avs_mm.LoadStereoSources"),  # behind RandomFlip, which exchanges left and right
]
train_pipeline = [
    *unpacked_pipeline,
    dict(type="PhotoMetricDistortion"),
    dict(type="avs_mm.PackAVSInputs"),
]
# The masks stay at their own size: predictions are brought to it.
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadStereoSources"),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
dataset = dict(
    type="avs_mm.VPODataset",
    subset="ms",
    data_root="{{$VPO_ROOT:data/VPO}}",
    audio_root="{{$VGGSOUND_ROOT:data/VGGSound}}/audios",
)
train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    persistent_workers=True,
    collate_fn=dict(type="avs_mm.one_tensor_collate"),
    sampler=dict(type="DefaultSampler", shuffle=True),
    dataset=dict(split="train", pipeline=train_pipeline, **dataset),
)
test_dataloader = dict(
    batch_size=20,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type="DefaultSampler", shuffle=False),
    dataset=dict(split="test", pipeline=test_pipeline, test_mode=True, **dataset),
)
test_evaluator = [dict(type="avs_mm.VPOMetric")]
