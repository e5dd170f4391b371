# A head that ranks the instances of a category, trained over configs/mini/avsc.py, which stays:
#   export AVIS_ROOT=data/mini_avis_one
#   python tools/make_mini.py --avis --twins 1 --one-sounds --scale 3 --out $AVIS_ROOT
#   python tools/train.py configs/mini/avsc_instances.py
#   python tools/test.py configs/mini/avsc_instances.py work_dirs/mini_avsc_instances
# By category: tools/test.py with work_dirs/mini_avsc and model.instance_head=None
_base_ = [
    "./_base_/avis.py",
    "./_base_/maskformer_r18.py",
    "../_base_/avsc.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_avsc_instances"
model = dict(
    segmentor=dict(_base_.model, candidates_per_category=2, split_parts=0.2),
    stage2="work_dirs/mini_avsc",
    audio_encoder=dict(_base_.small_beats, frozen=True),
    hidden_dims=(64,),
    instance_head=dict(visual_dims=480),
    **_base_.avsc,
)
# Colours stay, so that stage 1 runs once on each image; no other sounds, as the audio side stays.
train_dataloader = dict(
    dataset=dict(pipeline=[*_base_.unpacked_pipeline, dict(type="avs_mm.PackAVSInputs")]),
)
val_evaluator = [*_base_.val_evaluator, dict(type="avs_mm.InstanceMetric")]
test_evaluator = [*_base_.test_evaluator, dict(type="avs_mm.InstanceMetric")]
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=8, val_interval=8)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="Adam", lr=2e-3),
    paramwise_cfg=dict(custom_keys={"audio_head": dict(lr_mult=0)}),
)
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=8, convert_to_iter_based=True),
]
