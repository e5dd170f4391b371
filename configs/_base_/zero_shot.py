# What the configs without training share (docs/zero_shot.md): the parts to choose from, and frames
# as large as COCO's networks were trained on, with five seconds of sound.
pipeline = [
    dict(type="LoadImageFromFile"),
    dict(type="avs_mm.LoadAudio", seconds_before=4.0),
    dict(type="Resize", scale=(1333, 800), keep_ratio=True),
    dict(type="ResizeToMultiple", size_divisor=32),
    dict(type="avs_mm.LoadSoundingMask"),
    dict(type="avs_mm.PackAVSInputs"),
]
loader = dict(batch_size=4, dataset=dict(pipeline=pipeline))
coco = dict(type="avs_mm.PublishedSegmentor", weights="maskformer-swin-base-coco")
prompted = dict(type="avs_mm.TextPromptedObjects", vocabulary="avsbench_semantic")
ast = dict(type="avs_mm.AST", name_or_path="ast-audioset")
beats_tagger = dict(type="avs_mm.BEATsTagger", checkpoint="beats-audioset")
avsc_without_training = dict(
    type="avs_mm.AVSC",
    data_preprocessor=dict(type="avs_mm.AVSDataPreProcessor"),
    threshold=0.2,
)
# Of no vocabulary but the data's own, so the masks alone are compared
evaluator = [dict(type="avs_mm.AVSMetric")]
