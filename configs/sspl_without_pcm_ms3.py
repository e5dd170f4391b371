# SSPL without its predictive coding module on MS3 (paper, Table 2: J 22.83, F 25.23).
#   python tools/train.py configs/sspl_without_pcm_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/vgg16.pth
#   python tools/test.py configs/sspl_without_pcm_ms3.py work_dirs/sspl_without_pcm_ms3
_base_ = ["./sspl_without_pcm.py", "./_base_/ms3.py"]
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
