# EZ-VSL on MS3 (paper, Table 2: J 24.01, F 27.68).
#   python tools/train.py configs/ezvsl_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/ezvsl_ms3.py work_dirs/ezvsl_ms3
_base_ = "./ezvsl.py"
ms3 = dict(subset="ms3", data_root="{{$AVSBENCH_ROOT:data}}/AVSBench-object/Multi-sources")
train_dataloader = dict(dataset=ms3)
val_dataloader = dict(dataset=ms3)
test_dataloader = dict(dataset=ms3)
