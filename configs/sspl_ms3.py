# SSPL with its predictive coding module on MS3 (paper, Table 2: J 18.67, F 23.17).
#   python tools/train.py configs/sspl_ms3.py --cfg-options \
#     model.backbone_weights=pretrained/resnet18.pth
#   python tools/test.py configs/sspl_ms3.py work_dirs/sspl_ms3
_base_ = "./sspl.py"
ms3 = dict(subset="ms3", data_root="{{$AVSBENCH_ROOT:data}}/AVSBench-object/Multi-sources")
train_dataloader = dict(dataset=ms3)
val_dataloader = dict(dataset=ms3)
test_dataloader = dict(dataset=ms3)
