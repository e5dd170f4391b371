# The synthetic AVISeg ($AVIS_ROOT, or data/mini_avis), at 128x96:
#   python tools/make_mini.py --avis --twins 0.5 --out data/mini_avis
_base_ = "../../_base_/avis.py"
data_root = "{{$AVIS_ROOT:data/mini_avis}}"
image_size = (128, 96)  # (width, height), of 192 x 144
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
test_pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio"),
    dict(type="Resize", scale=image_size),
    dict(type="avs_mm.LoadInstanceMasks", instances=True),
    dict(type="avs_mm.PackAVSInputs"),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    dataset=dict(data_root=data_root, pipeline=train_pipeline),
)
val_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root, pipeline=test_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(data_root=data_root, pipeline=test_pipeline))
val_evaluator = [
    dict(type="avs_mm.CandidateMetric"),
    dict(type="avs_mm.AVISMetric", ann_file=f"{data_root}/val.json"),
]
test_evaluator = [
    dict(type="avs_mm.CandidateMetric"),
    dict(type="avs_mm.AVISMetric", ann_file=f"{data_root}/test.json"),
]
