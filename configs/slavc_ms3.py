# SLAVC on MS3 (paper, Table 2: J 21.40, F 23.29).
#   python tools/train.py configs/slavc_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/slavc_ms3.py work_dirs/slavc_ms3
_base_ = ["./slavc.py", "./_base_/ms3.py"]
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
