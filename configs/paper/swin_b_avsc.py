# The paper, literally: stage 2 on S4 with BEATs, after configs/paper/swin_b_seg.py.
#   python tools/train.py configs/paper/swin_b_avsc.py
#   python tools/test.py configs/paper/swin_b_avsc.py work_dirs/paper/swin_b_avsc
_base_ = ["./swin_b_seg.py", "../_base_/avsc.py"]
work_dir = "work_dirs/paper/swin_b_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/paper/swin_b_seg",
    audio_encoder={{_base_.beats}},
    **_base_.literal_avsc,
    **_base_.avsc,
)
train_dataloader = dict(batch_size=64)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
default_hooks = dict(checkpoint=dict(save_best="avs/J"))
