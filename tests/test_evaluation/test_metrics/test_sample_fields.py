import torch
from mmengine.structures import PixelData
from mmseg.structures import SegDataSample

from avs_mm.evaluation.metrics.sample_fields import category_regions


def test_the_regions_of_a_samples_category_map():
    sample = SegDataSample(metainfo={"ori_shape": (2, 4)})
    sample.gt_sem_seg = PixelData(data=torch.tensor([[[2, 255, 0, 0], [2, 255, 255, 0]]]))
    categories, regions = category_regions(sample, "gt_sem_seg")
    assert categories == [0, 2]
    assert regions.dtype == torch.bool
    assert regions.int().tolist() == [[[0, 0, 1, 1], [0, 0, 0, 1]], [[1, 0, 0, 0], [1, 0, 0, 0]]]


def test_an_empty_or_missing_map_has_none():
    sample = SegDataSample(metainfo={"ori_shape": (2, 4)})
    sample.gt_silent_map = PixelData(data=torch.full((1, 2, 4), 255))
    for field in ("gt_silent_map", "pred_sem_seg"):
        categories, regions = category_regions(sample, field)
        assert (categories, regions.shape) == ([], (0, 2, 4))
