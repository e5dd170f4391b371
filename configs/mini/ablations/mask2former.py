# Mask2Former in MaskFormer's place on the mini S4, beside the table stage1.
#   python -m avs_mm.experiments.ablation --only mask2former
# The last epoch counts.
config = "configs/mini/seg_m2f.py"
only_when_named = True
options = {"train_cfg.val_interval": 12}
starts_from = {"model.initial_weights": "mask2former/all_objects"}
tests = {"test": ["tools/test.py"]}
last = {"default_hooks.checkpoint.save_best": None}
no_teacher = {**last, "model.teacher": None}
variants = dict(
    all_objects=dict(
        title="All objects",
        config="configs/mini/pretrain_m2f.py",
        starts_from={},
        tests={},
        options={},
    ),
    mask2former=dict(
        title="Mask2Former's loss", options={**no_teacher, "model.decode_head.tolerance": 0.0}
    ),
    tolerant_eq4=dict(
        title="tolerance 0.3 + Eq. 4",
        options={
            **no_teacher,
            "model.decode_head.loss_silent._delete_": True,
            "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
        },
    ),
    teacher_tolerant=dict(title="teacher + tolerance 0.3", options=last),
)
