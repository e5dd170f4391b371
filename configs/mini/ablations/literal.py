# Stage 1 on the mini S4 as configs/paper and configs/avs_* have it: no teacher, no filter but the
# paper's two. Both readings of Eq. 2, and what does better.
#   python -m avs_mm.experiments.ablation --only literal
config = "configs/mini/seg.py"
options = {
    "train_cfg.val_interval": 12,
    "default_hooks.checkpoint.save_best": None,
    "model.teacher": None,
    "model.score_threshold": 0.0,
    "model.quality_threshold": 0.0,
    "model.least_area": 0.0,
}
only_when_named = True
starts_from = {"model.initial_weights": "pretrain/all_objects"}
tests = {"test": ["tools/test.py"]}
eq4 = {
    "model.decode_head.loss_silent._delete_": True,
    "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
}
tolerance = "model.decode_head.tolerance"
light = {"model.decode_head.no_object_weight": 0.01}
variants = dict(
    maskformer=dict(title="w/o L_soas: MaskFormer's loss", options={tolerance: 0.0}),
    literal=dict(title="the paper, literally: + Eq. 4", options={tolerance: 0.0, **eq4}),
    pairs=dict(title="Eq. 2 over the pairs + Eq. 4", options={tolerance: 1.1, **eq4}),
    default=dict(title="avs_mm default: tolerance 0.3 + Eq. 4", options=eq4),
    tolerant=dict(title="tolerance 0.3, no Eq. 4", options={}),
    light=dict(title="no-object weight 0.01, no Eq. 4", options={tolerance: 0.0, **light}),
    light_eq4=dict(title="no-object weight 0.01 + Eq. 4", options={tolerance: 0.0, **light, **eq4}),
)
