# EZ-VSL on MS3 (paper, Table 2: J 24.01, F 27.68).
#   python tools/train.py configs/ezvsl_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/ezvsl_ms3.py work_dirs/ezvsl_ms3
_base_ = ["./ezvsl.py", "./_base_/ms3.py"]
train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
