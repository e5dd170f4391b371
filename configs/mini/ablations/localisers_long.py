# The sound localisers of localisers.py, trained for twice as long: 48 epochs, 1,584 iterations.
#   python -m avs_mm.experiments.ablation --only localisers_long
# The last epoch counts.
_base_ = "./_base_/evaluation.py"
config = "configs/mini/ezvsl.py"
options = {
    "train_cfg.max_epochs": 48,
    "train_cfg.val_interval": 48,
    "param_scheduler.0.T_max": 48,
    "default_hooks.checkpoint.save_best": None,
}
only_when_named = True
starts_from = {"model.backbone_weights": "pretrain/all_objects"}
variants = dict(
    ezvsl=dict(title="EZ-VSL, 48 epochs", options={}),
    lvs=dict(title="LVS, 48 epochs", config="configs/mini/lvs.py", options={}),
    slavc=dict(title="SLAVC, 48 epochs", config="configs/mini/slavc.py", options={}),
)
