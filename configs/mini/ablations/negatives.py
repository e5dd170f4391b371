# TPAVI with AudioNegatives on the mini set, beside stage2/tpavi: does the sound then decide?
#   python -m avs_mm.experiments.ablation --only negatives stage2/tpavi
_base_ = "./_base_/evaluation.py"
config = "configs/mini/tpavi_negatives.py"
options = {"train_cfg.val_interval": 8, "default_hooks.checkpoint.save_best": None}
only_when_named = True
starts_from = {"model.backbone_weights": "pretrain/all_objects"}
variants = dict(tpavi_negatives=dict(title="TPAVI + negatives", options={}))
