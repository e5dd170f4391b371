"""Names of docs/weights.md where configs name files, with tiny networks in a local hub."""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from published_networks import write_hub

from avs_mm.engine import CheckpointFitHook
from avs_mm.models.audio import BEATs
from avs_mm.registry import MODELS
from avs_mm.weights import convert, resolve_name
from avs_mm.weights.files import read_weights

pytest.importorskip("transformers")
NAME = "maskformer-swin-base-coco"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch) -> Path:
    write_hub(tmp_path)
    monkeypatch.setenv("AVS_WEIGHTS", str(tmp_path))
    return tmp_path


@pytest.fixture
def narrow_config(narrow_config):
    narrow_config.backbone.depths = [1, 1, 1, 1]
    narrow_config.decode_head.transformer_decoder.num_layers = 2
    return narrow_config


def test_initial_weights(hub: Path, narrow_config):
    """All but the layer of the categories, which are 9 here and 133 there."""
    narrow_config.initial_weights = NAME
    model = MODELS.build(narrow_config)
    model.init_weights()
    converted = convert("hf-maskformer", read_weights(hub / NAME / "model.safetensors"))
    own = model.state_dict()
    unequal = {key for key in own if not torch.equal(own[key], converted[key])}
    assert unequal == {"decode_head.cls_embed.weight", "decode_head.cls_embed.bias"}


def test_checkpoint_of_an_audio_encoder(hub: Path):
    encoder = BEATs(
        embed_dims=64,
        num_layers=1,
        num_heads=4,
        feedforward_channels=64,
        patch_embed_dims=32,
        checkpoint="beats-audioset",
    )
    before = encoder.state_dict()["post_extract_proj.weight"].clone()
    encoder.init_weights()
    (file,) = (hub / "beats-audioset").glob("*.pt")
    weight = torch.load(file)["model"]["post_extract_proj.weight"]
    assert torch.equal(encoder.state_dict()["post_extract_proj.weight"], weight)
    assert not torch.equal(before, weight)


def test_load_from_becomes_the_models_own_start(hub: Path, narrow_config):
    model = MODELS.build(narrow_config)
    runner = SimpleNamespace(model=model, cfg={"load_from": NAME}, _load_from=NAME)
    runner.optim_wrapper = None
    with pytest.raises(ValueError, match=f"{NAME} is a part of a model, not a checkpoint to test"):
        CheckpointFitHook().before_run(runner)
    parameters = torch.optim.SGD(model.parameters(), lr=0.1)
    from mmengine.optim import OptimWrapper

    runner.optim_wrapper = OptimWrapper(parameters)
    CheckpointFitHook().before_run(runner)
    assert model.initial_weights == NAME
    assert runner._load_from is None


def test_a_path_stays_a_path(hub: Path, monkeypatch):
    assert resolve_name("some/file.pth") == Path("some/file.pth")
    monkeypatch.chdir(hub)  # a file or folder of that name comes first
    assert resolve_name(NAME) == Path(NAME)
