"""mmseg's own inference takes an image alone; it points to what takes a sound, too."""

import numpy as np
import pytest
from mmseg.apis import MMSegInferencer, inference_model, init_model

import avs_mm
from avs_mm.models import AVSC, EZVSL, TPAVI

FRAME = np.zeros((96, 96, 3), np.uint8)
SEGMENTORS = [
    *("seg", "seg_avss", "avsc", "avsc_avss", "tpavi", "tpavi_avss", "tpavi_negatives"),
    *("ezvsl", "lvs", "slavc", "sspl", "sspl_without_pcm"),
]


@pytest.mark.slow
@pytest.mark.parametrize("name", SEGMENTORS)
def test_inference_model_names_the_inferencer(name: str):
    model = init_model(avs_mm.config_file(f"mini/{name}"), device="cpu")
    with pytest.raises(ValueError, match="AVSInferencer, which takes a frame and its sound"):
        inference_model(model, FRAME)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mini/avsc.py", "mini/ezvsl.py"])
def test_mmseg_inferencer_names_the_inferencer(name: str):
    inferencer = MMSegInferencer(avs_mm.config_file(name), device="cpu")
    with pytest.raises(ValueError, match="AVSInferencer, which takes a frame and its sound"):
        inferencer(FRAME)


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (AVSC, dict(segmentor={}, audio_encoder={})),
        (EZVSL, dict(backbone={}, audio_encoder={})),
        (TPAVI, dict(backbone={}, audio_encoder={}, in_channels=[8])),
    ],
)
def test_no_weights_come_under_mmseg_s_old_name(model: type, options: dict):
    with pytest.raises(ValueError, match=f"{model.__name__} has no pretrained.*load a checkpoint"):
        model(**options, pretrained="resnet18.pth")
