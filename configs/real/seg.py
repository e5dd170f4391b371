# Stage 1 on the real clips of $AVS_REAL, S4 and MS3. Needs pip install "avs_mm[real]".
#   python tools/train.py configs/real/seg.py
#   python tools/test.py configs/real/seg.py work_dirs/real_seg
_base_ = [
    "./_base_/s4.py",
    "./_base_/maskformer_lite0.py",
    "./_base_/adamw_60_epochs.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/real_seg"
train_dataloader = {{_base_.stage1_dataloader}}
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
