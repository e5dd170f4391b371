"""The audio encoder and stage 1 export to ONNX, and onnxruntime gives the same numbers."""

from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from torch import Tensor, nn

from avs_mm import config_file
from avs_mm.registry import MODELS

onnxruntime = pytest.importorskip("onnxruntime", reason="needs avs_mm[onnx]")
pytest.importorskip("onnxscript", reason="needs avs_mm[onnx]")

pytestmark = pytest.mark.slow
OPSET = 18


class Queries(nn.Module):
    """Stage 1 from normalised images to its queries, without the choice of candidates."""

    def __init__(self, segmentor: nn.Module) -> None:
        super().__init__()
        self.segmentor = segmentor

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return class logits (B, Q, K + 1) and mask logits (B, Q, h, w) of (B, 3, H, W)."""
        head = self.segmentor.decode_head
        return head.predict_queries(self.segmentor.extract_feat({"img": images}))


def largest_difference(model: nn.Module, given: Tensor, path: Path) -> float:
    """Export a model and return how far onnxruntime is from it."""
    model.eval()
    with torch.no_grad():
        expected = model(given)  # before the export: it makes the constants of the front end
        torch.onnx.export(model, (given,), path, dynamo=True, opset_version=OPSET, verbose=False)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: given.numpy()})
    expected = expected if isinstance(expected, tuple) else (expected,)
    assert [output.shape for output in outputs] == [tuple(tensor.shape) for tensor in expected]
    return max(
        float((torch.from_numpy(output) - tensor).abs().max())
        for output, tensor in zip(outputs, expected, strict=True)
    )


def test_beats(tmp_path: Path):
    config = Config.fromfile(config_file("mini/avsc.py")).model.audio_encoder
    model = MODELS.build(config)
    model.init_weights()
    assert largest_difference(model, 0.1 * torch.randn(1, 16_000), tmp_path / "beats.onnx") < 1e-4


def test_stage_1(tmp_path: Path):
    config = Config.fromfile(config_file("mini/seg.py")).model
    config.update(initial_weights=None, teacher=None, from_scratch=True)
    model = MODELS.build(config)
    model.init_weights()
    path = tmp_path / "stage1.onnx"
    assert largest_difference(Queries(model), torch.randn(1, 3, 96, 96), path) < 1e-4
