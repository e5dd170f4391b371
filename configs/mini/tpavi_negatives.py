# TPAVI on the mini set with other sounds in training: does the sound then decide what it marks?
#   python tools/train.py configs/mini/pretrain.py
#   python tools/train.py configs/mini/tpavi_negatives.py
#   python tools/evaluate.py configs/mini/tpavi_negatives.py work_dirs/mini_tpavi_negatives
_base_ = [
    "./_base_/s4.py",
    "./_base_/tpavi_r18.py",
    "../_base_/audio_encoders.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/mini_tpavi_negatives"
model = dict(audio_encoder={{_base_.small_beats}})
frames = dict(_base_.train_frames, type="avs_mm.AVSBenchClips", pipeline=_base_.unpacked_pipeline)
train_dataloader = dict(
    batch_size=4,
    batch_sampler=_base_.clips,
    dataset=dict(
        _delete_=True,
        type="MultiImageMixDataset",
        dataset=dict(type="ConcatDataset", datasets=[frames, dict(frames, **_base_.ms3)]),
        pipeline=[
            dict(type="avs_mm.AudioNegatives", fraction=0.4, mixture=0.0),
            dict(type="avs_mm.PackAVSInputs"),
        ],
    ),
)
val_dataloader = dict(batch_size=4, batch_sampler=_base_.clips, sampler=dict(round_up=False))
test_dataloader = dict(batch_size=4, batch_sampler=_base_.clips, sampler=dict(round_up=False))
val_evaluator = [dict(type="avs_mm.AVSMetric")]
test_evaluator = val_evaluator
default_hooks = dict(checkpoint=dict(save_best="avs/J", rule="greater"))
