# A head that ranks the instances of a category, trained over avis_avsc.py, which stays.
#   python tools/train.py configs/benchmarks/avis_instances.py
#   python tools/test.py configs/benchmarks/avis_instances.py work_dirs/avis_instances
# By category: tools/test.py with work_dirs/avis_avsc and model.instance_head=None
_base_ = ["./avis_seg.py", "../_base_/avsc.py"]
work_dir = "work_dirs/avis_instances"
model = dict(
    segmentor={{_base_.model}},
    stage2="work_dirs/avis_avsc",
    audio_encoder={{_base_.beats}},
    instance_head=dict(visual_dims=1920),  # Swin-B's channels of all stages
    **_base_.avsc,
)
# Colours stay, so that stage 1 runs once on each image; no other sounds, as the audio side stays.
train_dataloader = dict(
    batch_size=64,
    dataset=dict(pipeline=[*_base_.unpacked_pipeline, dict(type="avs_mm.PackAVSInputs")]),
)
val_evaluator = [*_base_.val_evaluator, dict(type="avs_mm.InstanceMetric")]
test_evaluator = [*_base_.test_evaluator, dict(type="avs_mm.InstanceMetric")]
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    clip_grad=None,
    paramwise_cfg=dict(custom_keys={"audio_head": dict(lr_mult=0)}),
)
default_hooks = dict(checkpoint=dict(save_best="instances/AP50", rule="greater"))
