# Stage 1 on the mini S4 from random weights: without a network that knows silent objects.
#   python tools/ablation.py --only scratch
# A variant is configs/mini/seg.py with its options; the last epoch counts.
config = "configs/mini/seg.py"
options = {
    "train_cfg.val_interval": 12,
    "default_hooks.checkpoint.save_best": None,
    "model.initial_weights": None,
    "model.from_scratch": True,
    "model.teacher": None,
}
starts_from = {}
# What so short a training gives is unsure of itself: the filters would leave nothing.
neither_filter = ["model.score_threshold=0", "model.quality_threshold=0"]
tests = {"neither filter": ["tools/test.py", *neither_filter]}
eq4 = {
    "model.decode_head.loss_silent._delete_": True,
    "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
}
variants = dict(
    maskformer=dict(title="MaskFormer's loss", options={"model.decode_head.tolerance": 0.0}),
    tolerant=dict(title="tolerance 0.3", options={}),
    tolerant_eq4=dict(title="tolerance 0.3 + Eq. 4", options=eq4),
)
