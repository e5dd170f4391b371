# The proof on the mini set: a segmentor and a tagger, trained apart from each other and joined by
# configs/mini/_base_/vocabulary.yaml alone. After configs/mini/seg.py and configs/mini/tagger.py:
#   python tools/test.py configs/zero_shot/mini.py
#   python tools/evaluate.py configs/zero_shot/mini.py
_base_ = [
    "../mini/_base_/s4.py",
    "../mini/_base_/maskformer_r18.py",
    "../_base_/audio_encoders.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/zero_shot_mini"
vocabulary = "{{fileDirname}}/../mini/_base_/vocabulary.yaml"
tagger = dict(
    type="avs_mm.SoundTagger",
    encoder={{_base_.small_beats}},
    tags=["Whistle", "Drum", "Siren", "Bell", "Engine", "Bird"],
    checkpoint="work_dirs/mini_tagger",
)
model = dict(
    _delete_=True,
    type="avs_mm.AVSC",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    segmentor={{_base_.model}},
    stage1="work_dirs/mini_seg",
    audio_encoder=tagger,
    audio_head=dict(type="avs_mm.AudioSetHead", vocabulary=vocabulary),
)
train_dataloader = None
