"""Data samples as the metrics receive them."""

from collections.abc import Callable

import pytest
import torch
from mmengine.structures import InstanceData, PixelData
from mmseg.structures import SegDataSample


@pytest.fixture(scope="session")
def frame_sample() -> Callable[..., SegDataSample]:
    """Makes a SegDataSample from ``name=(H, W)`` pixel fields, metainfo and candidates."""

    def make(
        *, metainfo: dict | None = None, candidates: dict | None = None, **fields
    ) -> SegDataSample:
        sample = SegDataSample(
            metainfo={"img_path": "frames/clip_1.png", "clip": "clip", "frame": 0}
            | {"audio_condition": "original"}
            | (metainfo or {})
        )
        for name, values in fields.items():
            sample.set_data({name: PixelData(data=torch.as_tensor(values)[None])})
        if candidates is not None:
            sample.pred_instances = InstanceData(**candidates)
        return sample

    return make
