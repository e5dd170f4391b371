# AVSBench-object, multiple sources (MS3): what differs from S4. A config adds it to its loaders:
#   train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.ms3)
ms3 = dict(subset="ms3", data_root="{{$AVSBENCH_ROOT:data}}/AVSBench-object/Multi-sources")
# MS3's masks carry no category: they come from AVSBench-semantic (v1m).
ms3_with_categories = dict(ms3, semantic_root="{{$AVSBENCH_ROOT:data}}/AVSBench-semantic")
