# How a model that uses audio is tested: on S4, which the mini configs name, and on MS3.
ms3 = [
    "test_dataloader.dataset.subset=ms3",
    "test_dataloader.dataset.data_root={data}/AVSBench-object/Multi-sources",
    "test_dataloader.dataset.semantic_root={data}/AVSBench-semantic",
    "test_dataloader.dataset.silent_root={data}/silent-objects/ms3",
]
tests = {"s4": ["tools/evaluate.py"], "ms3": ["tools/evaluate.py", *ms3]}
