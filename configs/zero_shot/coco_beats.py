# Without training: COCO's 133 categories (MaskFormer) under BEATs's tags.
# BEATs is brought by hand: docs/weights.md.
#   python tools/segment_video.py VIDEO --config configs/zero_shot/coco_beats.py -o OUT.mp4
#   python tools/test.py configs/zero_shot/coco_beats.py
#   python tools/evaluate.py configs/zero_shot/coco_beats.py
_base_ = ["../_base_/s4.py", "../_base_/runtime.py", "../_base_/zero_shot.py"]
model = dict(
    segmentor={{_base_.coco}},
    audio_encoder={{_base_.beats_tagger}},
    audio_head=dict(type="avs_mm.AudioSetHead", vocabulary="coco_panoptic"),
    **_base_.avsc_without_training,
)
train_dataloader = None
val_dataloader = test_dataloader = {{_base_.loader}}
val_evaluator = test_evaluator = {{_base_.evaluator}}
