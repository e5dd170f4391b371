"""Which metrics a predicted sample allows."""

import pytest
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.evaluation.runners.evaluation import metrics_of_original


@pytest.mark.parametrize(
    ("subset", "fields", "names"),
    [
        ("s4", [], ["AVS", "Track"]),
        ("avss", ["gt_sem_seg", "pred_instances"], ["AVS", "Track", "Candidate"]),
        ("vpo", ["gt_sem_seg", "pred_instances"], ["VPO", "Track", "Candidate"]),
        # a model without categories has no mIoU over them
        ("vpo", ["gt_sem_seg", "pred_heat_map"], ["AVS", "Track", "LocaliserThreshold"]),
    ],
)
def test_a_prediction_says_what_can_be_measured(subset: str, fields: list[str], names: list[str]):
    sample = SegDataSample(metainfo={"subset": subset})
    for field in fields:
        setattr(sample, field, PixelData())
    metrics = metrics_of_original(sample)
    assert [type(metric).__name__ for metric in metrics] == [f"{name}Metric" for name in names]
