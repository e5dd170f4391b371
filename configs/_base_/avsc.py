# Stage 2: AVSC, over the stage 1 and the data that a config inherits. A config adds the parts:
#   model = dict(segmentor=..., stage1=..., audio_encoder={{_base_.beats}}, **_base_.avsc)
#   train_dataloader = dict(dataset=dict(dataset=..., **_base_.with_other_sounds))
_base_ = "./audio_encoders.py"
avsc = dict(
    _delete_=True,
    type="avs_mm.AVSC",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    remember_frames=20000,  # their colours stay: stage 1 runs once on each image
)
# Around a data set with the pipeline unpacked_pipeline. Up to six samples in ten get another sound,
# or one more. The paper has none of these: fraction=0.
with_other_sounds = dict(
    _delete_=True,
    type="MultiImageMixDataset",
    pipeline=[
        dict(type="avs_mm.AudioNegatives", fraction=0.6),
        dict(type="avs_mm.PackAVSInputs"),
    ],
)
