"""Networks in bfloat16: what they return is fp32, and the answers are nearly the same."""

import pytest
import torch
from torch import nn

from avs_mm.models.mixed_precision import use_mixed_precision
from avs_mm.registry import MODELS


@torch.no_grad()
def test_answers_are_near_and_in_fp32(avsc_config, find_something, labelled_samples):
    model = MODELS.build(avsc_config).eval()
    find_something(model.segmentor)
    inputs = {"img": torch.randn(2, 3, 32, 32), "audio": 0.1 * torch.randn(2, 16000)}
    exact = model.encode_audio(inputs)
    types: set[torch.dtype] = set()
    for network in (model.audio_encoder, model.segmentor.backbone.layer4):
        network.register_forward_hook(lambda *given: types.add(given[2].dtype))
    use_mixed_precision(model, "bf16")
    near = model.encode_audio(inputs)
    assert near.dtype == torch.float32
    torch.testing.assert_close(near, exact, rtol=0.05, atol=0.02)
    for sample in model.predict(inputs, labelled_samples):
        assert sample.pred_sounding_map.data.dtype == torch.float32
        assert sample.pred_instances.scores.dtype == torch.float32
        assert sample.pred_instances.embeddings.dtype == torch.float32
    assert torch.bfloat16 in types
    assert {tensor.dtype for tensor in model.parameters()} == {torch.float32}


@pytest.mark.parametrize(("precision", "fault"), [("int8", "bf16 or fp16"), ("bf16", "no encode")])
def test_refuses_what_it_cannot_do(precision: str, fault: str):
    with pytest.raises(ValueError, match=fault):
        use_mixed_precision(nn.Linear(2, 2), precision)
