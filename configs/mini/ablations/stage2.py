# Stage 2 on the mini set: how the audio decides, over the candidates of the default stage 1; and
# TPAVI, which has no stage 1, from the same pretraining.
#   python tools/ablation.py --only stage2
# A variant is configs/mini/avsc.py (TPAVI: its own) with its options; the last epoch counts.
_base_ = "./_base_/evaluation.py"
config = "configs/mini/avsc.py"
options = {"train_cfg.val_interval": 28}
starts_from = {"model.stage1": "stage1/teacher_tolerant"}
# Where the map is cut: of two that share a probability each gets at most a half.
low, high = ([*_base_.tests["ms3"], f"model.threshold={threshold}"] for threshold in (0.3, 0.7))
cuts = {**_base_.tests, "ms3 cut at 0.3": low, "ms3 cut at 0.7": high}
changed = "train_dataloader.dataset.pipeline.0"
softmax = {"model.audio_activation": "softmax"}
none = {f"{changed}.fraction": 0}
negatives = {f"{changed}.fraction": 0.4, f"{changed}.mixture": 0}
as_labelled = {"model.unmatched_objects_sound": False}
variants = dict(
    softmax=dict(title="softmax (the paper)", options={**softmax, **none}, tests=cuts),
    softmax_negatives=dict(title="softmax + negatives", options={**softmax, **negatives}),
    sigmoid=dict(title="sigmoid", options=none),
    negatives=dict(title="sigmoid + negatives", options={**negatives, **as_labelled}),
    unmatched=dict(title="+ unmatched objects sound", options=negatives),
    mixtures=dict(title="+ mixtures (default)", options={}, tests=cuts),
    tpavi=dict(
        title="TPAVI",
        config="configs/mini/tpavi.py",
        starts_from={"model.backbone_weights": "pretrain/all_objects"},
        options={"train_cfg.val_interval": 8, "default_hooks.checkpoint.save_best": None},
    ),
)
