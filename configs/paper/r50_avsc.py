# The paper, literally: stage 2 on S4 with VGGish, after configs/paper/r50_seg.py.
#   python tools/train.py configs/paper/r50_avsc.py
#   python tools/test.py configs/paper/r50_avsc.py work_dirs/paper/r50_avsc
_base_ = ["./r50_seg.py", "../_base_/avsc.py"]
work_dir = "work_dirs/paper/r50_avsc"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/paper/r50_seg",
    audio_encoder={{_base_.vggish}},
    **_base_.literal_avsc,
    **_base_.avsc,
)
train_dataloader = dict(batch_size=20)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
default_hooks = dict(checkpoint=dict(save_best="avs/J"))
