# Stage 1 on the synthetic AVISeg: two objects of a category told apart, by labels of instances.
#   python tools/make_mini.py --avis --twins 0.5 --out data/mini_avis
#   python tools/train.py configs/mini/seg_avis.py
#   python tools/test.py configs/mini/seg_avis.py work_dirs/mini_seg_avis
# Without these labels: train_dataloader.dataset.pipeline.2.instances=False
_base_ = ["./_base_/avis.py", "./_base_/maskformer_r18.py", "../_base_/runtime.py"]
work_dir = "work_dirs/mini_seg_avis"
model = dict(initial_weights="work_dirs/mini_pretrain", candidates_per_category=2)
train_cfg = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=4, val_interval=4)
optim_wrapper = dict(
    type="OptimWrapper",
    optimizer=dict(type="AdamW", lr=4e-4, weight_decay=1e-4),
    clip_grad=dict(max_norm=1.0, norm_type=2),
)
param_scheduler = [
    dict(type="CosineAnnealingLR", by_epoch=True, T_max=4, convert_to_iter_based=True),
]
