# Without training: what is asked for by name (Grounding DINO, SAM 2) under BEATs's tags.
# BEATs is brought by hand: docs/weights.md.
#   python tools/segment_video.py VIDEO --config configs/zero_shot/prompted_beats.py -o OUT.mp4
#   python tools/test.py configs/zero_shot/prompted_beats.py
#   python tools/evaluate.py configs/zero_shot/prompted_beats.py
_base_ = ["../_base_/s4.py", "../_base_/runtime.py", "../_base_/zero_shot.py"]
model = dict(
    segmentor={{_base_.prompted}},
    audio_encoder={{_base_.beats_tagger}},
    audio_head=dict(type="avs_mm.AudioSetHead", vocabulary="avsbench_semantic"),
    **_base_.avsc_without_training,
)
train_dataloader = None
val_dataloader = test_dataloader = {{_base_.loader}}
val_evaluator = test_evaluator = {{_base_.evaluator}}
