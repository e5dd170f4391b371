# Stage 2 with a head that ranks the instances of a category, over configs/mini/seg.py's stage 1:
#   export AVIS_ROOT=data/mini_avis_one
#   python tools/make_mini.py --avis --twins 0.5 --one-sounds --out $AVIS_ROOT
#   python tools/train.py configs/mini/avsc_instances.py
#   python tools/test.py configs/mini/avsc_instances.py work_dirs/mini_avsc_instances
# By category: model.instance_head=None
_base_ = [
    "./_base_/avis.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc_instances"
model = dict(
    segmentor=dict(_base_.model, candidates_per_category=2, split_parts=0.2),
    stage1="work_dirs/mini_seg",
    audio_encoder={{_base_.small_beats}},
    hidden_dims=(64,),
    instance_head=dict(visual_dims=480),
    **_base_.avsc,
)
train_dataloader = dict(
    dataset=dict(
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.unpacked_pipeline),
        **_base_.with_other_sounds,
    ),
)
val_evaluator = [*_base_.val_evaluator, dict(type="avs_mm.InstanceMetric")]
test_evaluator = [*_base_.test_evaluator, dict(type="avs_mm.InstanceMetric")]
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=14, val_interval=14)
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=14, convert_to_iter_based=True),
]
