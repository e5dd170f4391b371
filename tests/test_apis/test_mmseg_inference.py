"""mmseg's own inference takes an image alone; it points to what takes a sound, too."""

import numpy as np
import pytest
from mmseg.apis import MMSegInferencer, inference_model, init_model

import avs_mm
from avs_mm.models import AVSC

FRAME = np.zeros((96, 96, 3), np.uint8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mini/seg.py", "mini/avsc.py"])
def test_inference_model_names_the_inferencer(name: str):
    model = init_model(avs_mm.config_file(name), device="cpu")
    with pytest.raises(ValueError, match="AVSInferencer, which takes a frame and its sound"):
        inference_model(model, FRAME)


@pytest.mark.slow
def test_mmseg_inferencer_names_the_inferencer():
    inferencer = MMSegInferencer(avs_mm.config_file("mini/avsc.py"), device="cpu")
    with pytest.raises(ValueError, match="AVSInferencer, which takes a frame and its sound"):
        inferencer(FRAME)


def test_avsc_takes_no_weights_under_mmseg_s_old_name():
    config = dict(segmentor={}, audio_encoder={}, pretrained="resnet18.pth")
    with pytest.raises(ValueError, match="give stage1, or load a checkpoint"):
        AVSC(**config)
