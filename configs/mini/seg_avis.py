# Stage 1 on the mini AVISeg, from random weights: its videos show most objects sounding somewhere.
#   python tools/make_mini.py --avis --out data/mini_avis
#   python tools/train.py configs/mini/seg_avis.py
#   python tools/test.py configs/mini/seg_avis.py work_dirs/mini_seg_avis
_base_ = ["../_base_/avis.py", "./_base_/maskformer_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_seg_avis"
model = dict(from_scratch=True, quality_threshold=0.0, decode_head=dict(loss_silent=None))
data = dict(data_root="data/mini_avis")
image_size = (96, 96)
train_pipeline = [
    *_base_.unpacked_pipeline[:3],
    dict(type="Resize", scale=image_size),
    dict(type="RandomFlip", prob=0.5),
    dict(type="PhotoMetricDistortion"),
    dict(type="avs_mm.PackAVSInputs"),
]
test_pipeline = [
    *_base_.test_pipeline[:2],
    dict(type="Resize", scale=image_size),
    *_base_.test_pipeline[3:],
]
train_dataloader = dict(batch_size=16, num_workers=1, dataset=dict(pipeline=train_pipeline, **data))
val_dataloader = test_dataloader = dict(num_workers=1, dataset=dict(pipeline=test_pipeline, **data))
val_evaluator = [dict(type="avs_mm.AVSMetric"), dict(type="avs_mm.CandidateMetric")]
test_evaluator = [
    *val_evaluator,
    dict(type="avs_mm.AVISMetric", ann_file="data/mini_avis/test.json"),
]
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=9, val_interval=9)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=4e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="LinearLR", start_factor=0.01, by_epoch=False, begin=0, end=50),
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=9, convert_to_iter_based=True),
]
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
