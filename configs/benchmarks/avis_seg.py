# Stage 1 on AVISeg: 26 categories, and up to four objects of each told apart. As one region:
# candidates_per_category=1, and train_dataloader.dataset.pipeline.2.instances=False.
#   python tools/train.py configs/benchmarks/avis_seg.py --cfg-options \
#     model.initial_weights=COCO.pth
#   python tools/test.py configs/benchmarks/avis_seg.py work_dirs/avis_seg
_base_ = [
    "../_base_/avis.py",
    "../_base_/maskformer.py",
    "../_base_/backbones.py",
    "../_base_/adam_30_epochs.py",
    "../_base_/runtime.py",
]
work_dir = "work_dirs/avis_seg"
model = dict(
    candidates_per_category=4,
    backbone={{_base_.swin_b}},
    decode_head=dict(num_classes=26, in_channels={{_base_.swin_b_channels}}),
)
default_hooks = dict(checkpoint=dict(save_best="candidates/oracle_J", rule="greater"))
