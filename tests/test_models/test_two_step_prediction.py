"""The two steps of prediction, which every model of the package takes."""

import copy

import pytest
import torch
from mmengine.config import Config, ConfigDict
from mmseg.structures import SegDataSample

from avs_mm.models.two_step_prediction import check_two_steps, require_audio, samples_of
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir

LOCALISERS = ("ezvsl", "lvs", "slavc", "sspl", "sspl_without_pcm")


@pytest.fixture
def inputs() -> dict[str, torch.Tensor]:
    return {"img": torch.randn(2, 3, 32, 64), "audio": 0.1 * torch.randn(2, 16000)}


@pytest.fixture
def config(request, segmentor_config, avsc_config) -> ConfigDict:
    """A small model of each kind, by its name."""
    if request.param in ("stage1", "avsc"):
        return {"stage1": segmentor_config, "avsc": avsc_config}[request.param]
    return Config.fromfile(configs_dir() / "mini" / f"{request.param}.py").model


@pytest.mark.parametrize("config", ["stage1", "avsc", "tpavi", *LOCALISERS], indirect=True)
def test_both_steps_are_predict_and_leave_the_encoding(config: ConfigDict, inputs):
    model = MODELS.build(config).eval()
    check_two_steps(model)
    size = (96, 160) if config.get("pcm") else (32, 64)  # SSPL's levels do not fit every size
    inputs["img"] = torch.randn(2, 3, *size)
    samples = samples_of(inputs, None)
    with torch.no_grad():
        encoding = model.encode_images(inputs, samples)
        for sound in (inputs["audio"], torch.zeros(2, 16000)):
            batch = {"img": inputs["img"], "audio": sound}
            found = model.predict_with_audio(encoding, batch, copy.deepcopy(samples))
            expected = model.predict(batch, copy.deepcopy(samples))
            for one, other in zip(found, expected, strict=True):
                assert one.pred_sounding_map.shape == size
                assert torch.equal(one.pred_sounding_map.data, other.pred_sounding_map.data)
                assert torch.equal(one.pred_sem_seg.data, other.pred_sem_seg.data)


@pytest.mark.parametrize("config", ["stage1", "avsc", "tpavi", *LOCALISERS], indirect=True)
def test_extract_feat_is_visual(config: ConfigDict, inputs):
    """As in mmseg: it needs no sound."""
    model = MODELS.build(config).eval()
    del inputs["audio"]
    with torch.no_grad():
        features = model.extract_feat(inputs)
    for maps in features if isinstance(features, list | tuple) else [features]:
        assert maps.shape[0] == 2
        assert maps.shape[3] == 2 * maps.shape[2]  # the images' own aspect


@pytest.mark.parametrize("lacks", ["encode_images", "predict_with_audio"])
def test_names_what_a_model_lacks(lacks: str):
    class OneStep:
        encode_images = predict_with_audio = print

    check_two_steps(OneStep())
    setattr(OneStep, lacks, None)
    with pytest.raises(ValueError, match="OneStep has no encode_images and predict_with_audio, "):
        check_two_steps(OneStep())


def test_audio_is_required_by_the_name_of_the_model(inputs):
    assert require_audio(inputs, object()) is inputs["audio"]
    del inputs["audio"]
    with pytest.raises(ValueError, match=r"dict needs inputs\['audio'\]: put avs_mm\.LoadAudio"):
        require_audio(inputs, {})


def test_samples_are_those_given_or_of_the_images_size(inputs):
    given = [SegDataSample(), SegDataSample()]
    assert samples_of(inputs, given) is given
    assert [sample.ori_shape for sample in samples_of(inputs, None)] == [(32, 64), (32, 64)]
