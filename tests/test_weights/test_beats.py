"""What a file of BEATs is said to hold."""

import pytest
import torch

from avs_mm.models.audio import BEATs
from avs_mm.models.audio.beats_checkpoint import ARCHITECTURE, COMMON
from avs_mm.weights import beats

SMALL = dict(embed_dims=16, num_layers=2, num_heads=2, feedforward_channels=32, patch_embed_dims=8)


@pytest.fixture
def official(tmp_path):
    """Write a small BEATs as the official files are, with a classifier or without one."""
    model = BEATs(**SMALL)
    cfg = {field: model.architecture[argument] for field, argument in ARCHITECTURE.items()}

    def write(classifier=None):
        weights = {**model.state_dict(), **(classifier or {})}
        torch.save({"cfg": {**cfg, **COMMON}, "model": weights}, tmp_path / "beats.pt")
        return tmp_path / "beats.pt"

    return write


def test_fine_tuned(official):
    path = official({"predictor.weight": torch.zeros(527, 16), "predictor.bias": torch.zeros(527)})
    lines = beats.describe(path).splitlines()
    count = sum(weight.numel() for weight in BEATs(**SMALL).parameters())
    assert lines[0] == f"BEATs of {count:,} parameters"
    assert "  embed_dims = 16" in lines
    assert "  num_layers = 2" in lines
    assert lines[-2] == "its classifier of 527 labels is not used"
    assert lines[-1] == f'give it as dict(type="avs_mm.BEATs", checkpoint="{path}")'


def test_pre_trained(official):
    assert "pre-trained only: no classifier" in beats.describe(official()).splitlines()


def test_weights_that_do_not_fit(official):
    with pytest.raises(ValueError, match="does not fit BEATs: unexpected: extra"):
        beats.describe(official({"extra": torch.zeros(1)}))
