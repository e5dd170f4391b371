# AVSBench-semantic (AVSS): 70 categories in v1s, v1m and v2. A config adds it to its loaders:
#   train_dataloader = val_dataloader = test_dataloader = dict(dataset=_base_.avss)
avss = dict(subset="avss", data_root="{{$AVSBENCH_ROOT:data}}/AVSBench-semantic")
# Class by class, as the data set's papers score it, and the whole set's foreground.
avss_metric = dict(type="avs_mm.AVSMetric", official_batch_sizes=(10,), classwise=True)
