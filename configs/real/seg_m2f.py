# Stage 1 on the real clips of $AVS_REAL with Mask2Former. Needs pip install "avs_mm[real]".
#   python tools/train.py configs/real/seg_m2f.py
#   python tools/test.py configs/real/seg_m2f.py work_dirs/real_seg_m2f
_base_ = [
    "./_base_/s4.py",
    "./_base_/mask2former_lite0.py",
    "./_base_/adamw_60_epochs.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/real_seg_m2f"
train_dataloader = {{_base_.stage1_dataloader}}
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
