# A tagger of the mini set's sounds, trained on sounds alone; its tags are AudioSet's, in another
# order than the categories. With configs/mini/seg.py it makes configs/zero_shot/mini.py.
#   python tools/train.py configs/mini/tagger.py
_base_ = ["./_base_/s4.py", "../_base_/avsc.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_tagger"
tags = ["Whistle", "Drum", "Siren", "Bell", "Engine", "Bird"]
model = dict(
    type="avs_mm.SoundTaggerTraining",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    tagger=dict(type="avs_mm.SoundTagger", encoder={{_base_.small_beats}}, tags=tags),
    tag_of_category=dict(
        bell="Bell", bird="Bird", drum="Drum", engine="Engine", siren="Siren", whistle="Whistle"
    ),
)
# S4 and MS3, with the other sounds of stage 2
frames = dict(_base_.train_frames, pipeline=_base_.unpacked_pipeline)
train_dataloader = dict(
    dataset=dict(
        dataset=dict(type="ConcatDataset", datasets=[frames, dict(frames, **_base_.ms3)]),
        **_base_.with_other_sounds,
    ),
)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=28, val_interval=1000)
val_dataloader = val_cfg = val_evaluator = None
optim_wrapper = dict(type="OptimWrapper", optimizer=dict(type="Adam", lr=1e-3))
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=28, convert_to_iter_based=True),
]
