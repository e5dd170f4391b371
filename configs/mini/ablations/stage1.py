# Stage 1 on the mini S4: what each loss finds of the objects that are not labelled.
#   python -m avs_mm.experiments.ablation --only stage1
# A variant is configs/mini/seg.py with its options; the last epoch counts.
config = "configs/mini/seg.py"
options = {"train_cfg.val_interval": 12, "default_hooks.checkpoint.save_best": None}
starts_from = {"model.initial_weights": "pretrain/all_objects"}
tests = {"test": ["tools/test.py"]}
# What the filters of the candidates do, for the first and the last row.
no_score, no_quality = "model.score_threshold=0", "model.quality_threshold=0"
filters = {
    **tests,
    "no score filter": ["tools/test.py", no_score],
    "no quality filter": ["tools/test.py", no_quality],
    "neither filter": ["tools/test.py", no_score, no_quality],
}
no_teacher = {"model.teacher": None}
not_tolerant = {**no_teacher, "model.decode_head.tolerance": 0.0}
eq4 = {
    "model.decode_head.loss_silent._delete_": True,
    "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
}
of_unmatched = {**eq4, "model.decode_head.loss_silent.non_object": "unmatched"}
mean = {**eq4, "model.decode_head.loss_silent.reduction": "mean"}
light = {"model.decode_head.no_object_weight": 0.01}
variants = dict(
    maskformer=dict(title="MaskFormer's loss", options=not_tolerant, tests=filters),
    eq4=dict(title="+ Eq. 4", options={**not_tolerant, **eq4}),
    eq4_unmatched=dict(title="+ Eq. 4, all unmatched", options={**not_tolerant, **of_unmatched}),
    eq4_mean=dict(title="+ Eq. 4, mean", options={**not_tolerant, **mean}),
    light=dict(title="no-object weight 0.01", options={**not_tolerant, **light}),
    tolerant=dict(title="tolerance 0.3", options=no_teacher),
    tolerant_eq4=dict(title="tolerance 0.3 + Eq. 4", options={**no_teacher, **eq4}),
    teacher=dict(title="teacher", options={"model.decode_head.tolerance": 0.0}),
    teacher_tolerant=dict(title="teacher + tolerance 0.3 (default)", options={}, tests=filters),
)
