"""Parameters, multiply-accumulates and seconds of models that fit on a page."""

import time
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from mmengine.model import BaseModel
from torch import nn

from avs_mm import configs_dir
from avs_mm.reproduction.cost import (
    count_macs,
    device_name,
    measure_cost,
    measure_model,
    time_by_turns,
)


class Tiny(BaseModel):
    """One convolution for the image, one layer for the sound, one for both."""

    def __init__(self, *, uses_audio: bool = True) -> None:
        super().__init__()
        self.visual = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.audio_encoder = nn.Linear(100, 16)
        self.head = nn.Linear(16, 8)
        self.uses_audio = uses_audio

    def forward(self, inputs):
        return self.visual(inputs["img"])

    def test_step(self, data):
        features = self.visual(data["img"])
        return (
            features + self.head(self.audio_encoder(data["audio"])) if self.uses_audio else features
        )


DATA = {"img": torch.zeros(1, 3, 8, 8), "audio": torch.zeros(8, 100)}


def test_costs_of_a_model_computed_by_hand():
    model = Tiny().eval()
    encoder = model.audio_encoder
    metrics = measure_model(model, DATA, repeat=2, warm_up=1)
    visual, audio, head = 8 * 3 * 9 * 64, 8 * 100 * 16, 8 * 16 * 8
    assert metrics["with audio encoder"]["cost/MAC"] == visual + audio + head
    assert metrics["without audio encoder"]["cost/MAC"] == visual + head
    visual, audio, head = 8 * 3 * 9, 100 * 16 + 16, 16 * 8 + 8
    assert metrics["with audio encoder"]["cost/parameters"] == visual + audio + head
    assert metrics["without audio encoder"]["cost/parameters"] == visual + head
    for figures in metrics.values():
        assert 0 < figures["cost/seconds_fastest"] <= figures["cost/seconds"] < 1
    assert model.audio_encoder is encoder


def test_attention_is_counted_in_evaluation_mode_too():
    """Torch fuses it into operations that its counter does not know."""
    attention = nn.MultiheadAttention(16, 2, batch_first=True).eval()
    tokens = torch.zeros(1, 5, 16)
    projections, products = 5 * 16 * 16 * 4, 2 * 5 * 5 * 16
    for need_weights in (True, False):
        with torch.no_grad():
            run = partial(attention, tokens, tokens, tokens, need_weights=need_weights)
            assert count_macs(run) == projections + products
    query = torch.zeros(1, 2, 5, 8)
    assert count_macs(lambda: F.scaled_dot_product_attention(query, query, query)) == products
    assert torch.backends.mha.get_fastpath_enabled()


def test_models_without_an_audio_encoder_are_refused():
    with pytest.raises(ValueError, match="calls the audio_encoder 0 times"):
        measure_model(Tiny(uses_audio=False), DATA, repeat=1, warm_up=0)
    with pytest.raises(ValueError, match="PotentialObjectSegmentor has no audio_encoder, so"):
        measure_cost(configs_dir() / "mini" / "seg.py", repeat=1, warm_up=0)


def test_runs_take_turns_and_the_first_are_not_timed():
    order = []
    seconds = time_by_turns(
        {
            "slow": lambda: (order.append("slow"), time.sleep(0.02)),
            "fast": lambda: order.append(""),
        },
        repeat=3,
        warm_up=2,
    )
    assert order == ["slow", ""] * 5
    assert len(seconds["slow"]) == len(seconds["fast"]) == 3
    assert min(seconds["slow"]) >= 0.02 > min(seconds["fast"])


def test_a_config_can_be_measured():
    content = measure_cost(configs_dir() / "mini" / "avsc.py", repeat=1, warm_up=0)
    assert content["config"].endswith("configs/mini/avsc.py")
    assert (content["batch_size"], content["image_size"]) == (1, [224, 224])
    with_encoder, without = (
        content["metrics"][f"{name} audio encoder"] for name in ("with", "without")
    )
    assert with_encoder["cost/MAC"] > without["cost/MAC"] > 1e8
    assert with_encoder["cost/parameters"] > without["cost/parameters"] > 1e6


def test_the_device_is_named():
    assert device_name("cpu").endswith(f"{torch.get_num_threads()} thread(s)")
