# Stage 1 on the mini S4 from random weights: without a network that has seen silent objects.
#   python tools/ablation.py --only scratch
# A variant is configs/mini/seg.py with its options; the last epoch counts.
config = "configs/mini/seg.py"
options = {
    "train_cfg.max_epochs": 20,
    "train_cfg.val_interval": 20,
    "param_scheduler.0.T_max": 20,
    "default_hooks.checkpoint.save_best": None,
    "model.initial_weights": None,
    "model.teacher": None,
}
starts_from = {}
least_area_only = ["model.score_threshold=0", "model.quality_threshold=0"]
tests = {"least_area_only": ["tools/test.py", *least_area_only]}
eq4 = {
    "model.decode_head.loss_silent._delete_": True,
    "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
}
variants = dict(
    maskformer=dict(title="MaskFormer's loss", options={"model.decode_head.tolerance": 0.0}),
    tolerant=dict(title="tolerance 0.3", options={}),
    tolerant_eq4=dict(title="tolerance 0.3 + Eq. 4", options=eq4),
)
