# Stage 2 on S4 with VGGish, after configs/avs_pvtv2_b5_seg.py (paper, Tables 7 and 8).
#   python tools/train.py configs/avs_pvtv2_b5_avsc.py
#   python tools/test.py configs/avs_pvtv2_b5_avsc.py work_dirs/avs_pvtv2_b5_avsc
_base_ = "./avs_pvtv2_b5_seg.py"
model = dict(
    _delete_=True,
    type="avs_mm.AVSC",
    data_preprocessor={{_base_.model.data_preprocessor}},
    segmentor={{_base_.model}},
    stage1="work_dirs/avs_pvtv2_b5_seg",
    remember_frames=20000,  # their colours stay: stage 1 sees each picture once
    audio_encoder=dict(
        type="avs_mm.VGGish", frozen=True, checkpoint="pretrained/vggish-10086976.pth"
    ),
)
# Up to six samples in ten hear another sound, or one more. The paper has none of these: fraction=0.
train_dataloader = dict(
    batch_size=64,
    dataset=dict(
        _delete_=True,
        type="MultiImageMixDataset",
        dataset=dict(_base_.train_dataloader.dataset, pipeline=_base_.train_pipeline[:-2]),
        pipeline=[dict(type="avs_mm.AudioNegatives", fraction=0.6), _base_.train_pipeline[-1]],
    ),
)
optim_wrapper = dict(optimizer=dict(lr=1e-3), clip_grad=None)
default_hooks = dict(checkpoint=dict(save_best="avs/J"))
