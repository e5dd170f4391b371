# LVS on MS3 (paper, Table 2: J 22.73, F 31.59).
#   python tools/train.py configs/lvs_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/lvs_ms3.py work_dirs/lvs_ms3
_base_ = ["./lvs.py", "./_base_/ms3.py"]
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
