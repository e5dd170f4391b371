# A subset of the synthetic VPO ($VPO_ROOT, or data/mini_vpo), at 96x96; $VPO_SUBSET is ss, ms (the
# default) or msmi. The middle second of each sound, where VPO takes three: a third of the time.
#   python tools/make_mini.py --vpo --out data/mini_vpo
_base_ = "../../_base_/vpo.py"
image_size = (96, 96)
# What stage 2 begins with: it changes the sound before packing, and leaves the colours alone.
unpacked_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="Resize", scale=image_size),
    dict(type="RandomFlip", prob=0.5),
    dict(type="avs_mm.LoadStereoSources", duration=1.0),
]
train_pipeline = [
    *unpacked_pipeline,
    dict(type="PhotoMetricDistortion"),
    dict(type="avs_mm.PackAVSInputs"),
]
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadStereoSources", duration=1.0),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.LoadVPOMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
drawn = dict(
    subset="{{$VPO_SUBSET:ms}}",
    data_root="{{$VPO_ROOT:data/mini_vpo}}",
    audio_root="{{$VPO_ROOT:data/mini_vpo}}/audios",
    # Six of VPO's, in the order of the six categories that the other mini sets draw
    metainfo=dict(classes=("cell phone", "bird", "keyboard", "airplane", "car", "mouse")),
)
train_dataloader = dict(
    batch_size=16, num_workers=1, dataset=dict(pipeline=train_pipeline, **drawn)
)
test_dataloader = dict(num_workers=1, dataset=dict(pipeline=test_pipeline, **drawn))
