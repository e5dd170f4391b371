# ConvNeXt V2 of transformers in ResNet-18's place on the mini S4, as small, from random weights;
# beside the table stage1. Needs pip install "avs_mm[transformers]".
#   python -m avs_mm.experiments.ablation --only convnext
# The last epoch counts.
config = "configs/mini/seg.py"
only_when_named = True
options = {
    "train_cfg.val_interval": 12,
    "default_hooks.checkpoint.save_best": None,
    "model.backbone._delete_": True,
    "model.backbone.type": "avs_mm.TransformersBackbone",
    "model.backbone.architecture.model_type": "convnextv2",
    "model.backbone.architecture.depths": [2, 2, 2, 2],
    "model.backbone.architecture.hidden_sizes": [32, 64, 128, 256],
    "model.backbone.out_indices": [1, 2, 3, 4],
}
starts_from = {"model.initial_weights": "convnext/all_objects"}
tests = {"test": ["tools/test.py"]}
no_teacher = {"model.teacher": None}
variants = dict(
    all_objects=dict(
        title="All objects",
        config="configs/mini/pretrain.py",
        starts_from={},
        tests={},
        options={"train_cfg.val_interval": 14},
    ),
    maskformer=dict(
        title="MaskFormer's loss", options={**no_teacher, "model.decode_head.tolerance": 0.0}
    ),
    tolerant_eq4=dict(
        title="tolerance 0.3 + Eq. 4",
        options={
            **no_teacher,
            "model.decode_head.loss_silent._delete_": True,
            "model.decode_head.loss_silent.type": "avs_mm.SilentObjectLoss",
        },
    ),
    teacher_tolerant=dict(title="teacher + tolerance 0.3", options={}),
)
