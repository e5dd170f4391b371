import sys

import numpy as np
import pytest
from drawn_objects import mask
from pycocotools import mask as coco_mask

from avs_mm.exports import to_coco_rle, to_dataframe, to_detections


def test_coco_rle_is_text(frames):
    dog, _ = to_coco_rle(frames[4])
    assert isinstance(dog["counts"], str)
    np.testing.assert_array_equal(coco_mask.decode(dog), mask(8))


def test_supervision_takes_a_frame(frames):
    pytest.importorskip("supervision", reason="supervision is not installed")
    detections = to_detections(frames[4])
    assert detections.tracker_id.tolist() == [1, 2]
    assert detections.class_id.tolist() == [1, 0]
    assert detections.xyxy[0].tolist() == [8, 10, 28, 30]
    assert detections["class_name"].tolist() == ["dog", "cat"]
    np.testing.assert_array_equal(detections.mask[0], mask(8))
    assert len(to_detections(frames[4], sounding_only=True)) == 1
    assert len(to_detections(frames[0], sounding_only=True)) == 0


def test_pandas_takes_a_video(frames):
    pytest.importorskip("pandas", reason="pandas is not installed")
    table = to_dataframe(frames)
    assert len(table) == 11
    assert table[table.sounding == 1].groupby("id").time.min().to_dict() == {1: 0.3333}


@pytest.mark.parametrize("convert", [to_detections, to_dataframe])
def test_a_missing_library_is_named(frames, convert, monkeypatch):
    monkeypatch.setitem(sys.modules, "supervision", None)
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install (supervision|pandas)"):
        convert(frames if convert is to_dataframe else frames[0])
