"""Which parts of a model are compiled; that they give the same, torch itself tests."""

import pytest
import torch
from torch import nn

from avs_mm.models.compiled_networks import compile_networks
from avs_mm.registry import MODELS


def test_names_the_networks_of_both_stages(avsc_config, segmentor_config, monkeypatch):
    compiled = []
    monkeypatch.setattr(nn.Module, "compile", lambda part: compiled.append(part))
    parts = ["backbone", "decode_head.pixel_decoder", "decode_head.transformer_decoder"]
    stage1 = MODELS.build(segmentor_config)
    assert compile_networks(stage1) == parts
    assert compiled[0] is stage1.backbone
    stage2 = MODELS.build(avsc_config)
    assert compile_networks(stage2) == ["audio_encoder", *(f"segmentor.{name}" for name in parts)]


def test_refuses_a_model_without_them():
    with pytest.raises(ValueError, match="has none of backbone"):
        compile_networks(nn.Linear(2, 2))


@pytest.mark.slow
@torch.no_grad()
def test_a_compiled_model_answers_the_same(avsc_config, find_something, labelled_samples):
    model = MODELS.build(avsc_config).eval()
    find_something(model.segmentor)
    inputs = {"img": torch.randn(2, 3, 32, 32), "audio": 0.1 * torch.randn(2, 16000)}
    exact = model.encode_decode(inputs, labelled_samples)
    keys = [*model.state_dict()]
    compile_networks(model)
    near = model.encode_decode(inputs, labelled_samples)
    assert ((near > 0.5) != (exact > 0.5)).float().mean() < 0.01
    assert [*model.state_dict()] == keys
