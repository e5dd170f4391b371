"""The released network of LVS, under its authors' names."""

import pytest
import torch
from mmengine.config import Config
from torch import Tensor

from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir
from avs_mm.weights import convert


@pytest.fixture
def model() -> torch.nn.Module:
    return MODELS.build(Config.fromfile(configs_dir() / "lvs.py").model)


@pytest.fixture
def released(model) -> dict[str, Tensor]:
    """As AVENet saves itself: each encoder has the stems and the classifier of all kinds."""
    weights = {}
    for key, value in model.state_dict().items():
        if key.startswith("backbone."):
            weights[key.replace("backbone.", "imgnet.")] = value
        elif key.startswith("audio_encoder.resnet."):
            name = key.removeprefix("audio_encoder.resnet.")
            weights["audnet." + ("conv1_a.weight" if name == "conv1.weight" else name)] = value
    for network, stem in (("imgnet", "conv1_a"), ("audnet", "conv1")):
        weights[f"{network}.{stem}.weight"] = torch.zeros(64, 1, 7, 7)
        weights[f"{network}.conv1_flow.weight"] = torch.zeros(64, 6, 7, 7)
        weights[f"{network}.fc.weight"] = torch.zeros(1000, 512)
        weights[f"{network}.fc.bias"] = torch.zeros(1000)
    return weights


def test_all_weights_find_their_place(model, released):
    converted = convert("lvs", released)
    own = model.state_dict()
    assert converted.keys() == {key for key in own if not key.startswith("data_preprocessor")}
    for key, value in converted.items():
        assert value is own[key] or torch.equal(value, own[key]), key


def test_a_missing_key_is_named(released):
    del released["audnet.conv1_a.weight"]
    with pytest.raises(ValueError, match=r"missing: audnet\.conv1_a\.weight"):
        convert("lvs", released)
