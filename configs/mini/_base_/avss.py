# The mini AVSBench-semantic: v1s, v1m and v2. A config adds it to its loaders; what does not sound
# is not known of it.
avss = dict(subset="avss", data_root="{{$AVS_MINI:data/mini}}/AVSBench-semantic", silent_root=None)
avss_metric = dict(type="avs_mm.AVSMetric", official_batch_sizes=(10,), classwise=True)
