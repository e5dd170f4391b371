# The paper's sound localisers on the mini set (docs/baselines.md); ours and TPAVI stand in stage2.
#   python -m avs_mm.experiments.ablation --only localisers
# 48 epochs are 1,584 iterations, TPAVI's are 600; SSPL, which is slow and whose loss is settled by
# then, has 24. Three seeds, as everywhere.
# The last epoch counts. Their heat maps are cut where J is best (localiser/J).
_base_ = "./_base_/evaluation.py"
config = "configs/mini/ezvsl.py"
options = {"train_cfg.val_interval": 48, "default_hooks.checkpoint.save_best": None}
only_when_named = True
starts_from = {"model.backbone_weights": "pretrain/all_objects"}
half = {"train_cfg.max_epochs": 24, "train_cfg.val_interval": 24, "param_scheduler.0.T_max": 24}
variants = dict(
    ezvsl=dict(title="EZ-VSL", options={}),
    lvs=dict(title="LVS", config="configs/mini/lvs.py", options={}),
    slavc=dict(title="SLAVC", config="configs/mini/slavc.py", options={}),
    sspl=dict(title="SSPL", config="configs/mini/sspl.py", options=half),
    sspl_without_pcm=dict(
        title="SSPL w/o PCM", config="configs/mini/sspl_without_pcm.py", options=half
    ),
)
