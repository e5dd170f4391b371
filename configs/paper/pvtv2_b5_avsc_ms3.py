# The paper, literally: stage 2 on MS3 with VGGish, after configs/paper/pvtv2_b5_seg_ms3.py.
#   python tools/train.py configs/paper/pvtv2_b5_avsc_ms3.py
#   python tools/test.py configs/paper/pvtv2_b5_avsc_ms3.py work_dirs/paper/pvtv2_b5_avsc_ms3
_base_ = ["./pvtv2_b5_seg_ms3.py", "../_base_/avsc.py"]
work_dir = "work_dirs/paper/pvtv2_b5_avsc_ms3"
model = dict(
    segmentor={{_base_.model}},
    stage1="work_dirs/paper/pvtv2_b5_seg_ms3",
    audio_encoder={{_base_.vggish}},
    **_base_.literal_avsc,
    **_base_.avsc,
)
train_dataloader = dict(batch_size=20)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
default_hooks = dict(checkpoint=dict(save_best="avs/J"))
