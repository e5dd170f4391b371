# Not the mini set: what stage 2 learns from real sounds ($AVS_REAL), all over ONE stage 1.
#   python tools/train.py configs/real/seg.py
#   python -m avs_mm.experiments.ablation --only real
# The last epoch counts. With another stage 1, delete OUT/real first: it is not a run of this table.
only_when_named = True
config = "configs/real/avsc.py"
options = {
    "train_cfg.val_interval": 60,
    "default_hooks.checkpoint.save_best": None,
    "model.stage1": "work_dirs/real_seg",
}
starts_from = {}
offscreen = "test_dataloader.dataset.offscreen_root={{$AVS_REAL:data/real}}/offscreen_audio"
ms3 = [
    offscreen,
    "test_dataloader.dataset.subset=ms3",
    "test_dataloader.dataset.data_root={{$AVS_REAL:data/real}}/AVSBench-object/Multi-sources",
    "test_dataloader.dataset.scene_pattern=(.*)_(?:both|first|second)$",
]
tests = {"s4": ["tools/evaluate.py", offscreen], "ms3": ["tools/evaluate.py", *ms3]}
changed = "train_dataloader.dataset.pipeline.0"
none = {f"{changed}.fraction": 0}
half = {"model.calibrated": False}  # the threshold stays at 0.5
eq6 = {"model.category_loss_weight": 0.0, **half}
variants = dict(
    softmax=dict(
        title="softmax (the paper)",
        options={"model.audio_activation": "softmax", **eq6, **none},
    ),
    sigmoid=dict(title="sigmoid", options={**eq6, **none}),
    mixtures=dict(title="sigmoid + negatives + mixtures", options=eq6),
    category=dict(title="+ category loss", options=half),
    calibrated=dict(title="+ calibrated threshold (default)", options={}),
    labelled=dict(title="+ labelled candidates", options={"model.labelled_candidates": True}),
)
