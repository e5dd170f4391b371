"""What every audio encoder keeps to, and a new one gets from the base class."""

from pathlib import Path

import pytest
import torch
from mmengine.registry import init_default_scope
from torch import Tensor, nn

from avs_mm import checkpoint
from avs_mm.models.audio import BEATs, SpectrogramResNet, VGGish
from avs_mm.models.audio.audio_encoder import AudioEncoder
from avs_mm.registry import MODELS

TOKENS = {
    "BEATs": 48,
    "VGGish": 1,
    "SpectrogramResNet": 1,
    "FilterBankCNN": 7,
    "SpectrogramEfficientNet": 8,
}  # of a second of sound
ENCODERS = sorted(
    encoder.__name__ for encoder in AudioEncoder.__subclasses__() if "avs_mm." in encoder.__module__
)
every_encoder = pytest.mark.parametrize("name", ENCODERS)


class MeanOfFrames(AudioEncoder):
    """The smallest encoder: a linear layer on frames of 100 samples."""

    embed_dims = 4
    original_keys = frozenset({"projection.weight"})

    def __init__(self, **arguments) -> None:
        super().__init__(**arguments)
        self.projection = nn.Linear(100, self.embed_dims)
        self.freeze_if_frozen()

    def load_original(self, path: str) -> None:
        self.load_state_dict(torch.load(path))

    def forward(self, waveforms: Tensor) -> Tensor:
        return self.projection(waveforms.unflatten(1, (-1, 100)))


def build(name: str) -> AudioEncoder:
    init_default_scope("mmseg")
    if name == "SpectrogramEfficientNet":
        pytest.importorskip("efficientnet_lite_pytorch", reason="needs avs_mm[real]")
    return MODELS.build(dict(type=f"avs_mm.{name}"))


@pytest.fixture
def logged(monkeypatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(checkpoint, "print_log", lambda message, **_: messages.append(message))
    return messages


def test_all_encoders_are_known():
    assert set(TOKENS) == set(ENCODERS)


@every_encoder
def test_is_built_by_its_name_and_gives_tokens(name: str):
    encoder = build(name).eval()
    with torch.inference_mode():
        tokens = encoder(torch.rand(2, 16000) - 0.5)
    assert tokens.shape == (2, TOKENS[name], encoder.embed_dims)
    assert tokens.isfinite().all()


@every_encoder
def test_refuses_what_is_no_batch_of_waveforms(name: str):
    encoder = build(name)
    with pytest.raises(ValueError, match=r"int16 \(1, 16000\): .*divide 16-bit samples"):
        encoder(torch.zeros(1, 16000, dtype=torch.int16))
    with pytest.raises(ValueError, match="average the channels"):
        encoder(torch.zeros(16000))
    with pytest.raises(ValueError, match=r"a waveform of 0 samples is too short .* pad it with"):
        encoder(torch.zeros(1, 0))


def test_original_files_are_told_apart():
    """No file of one encoder is taken for that of another."""
    keys = {encoder: encoder.original_keys for encoder in (BEATs, VGGish, SpectrogramResNet)}
    assert keys[SpectrogramResNet] == frozenset()
    assert not keys[BEATs] & keys[VGGish]
    with torch.device("meta"):
        assert VGGish().state_dict().keys() >= keys[VGGish]


@pytest.mark.parametrize("frozen", [True, False])
def test_frozen_stays_in_eval_and_untrained(frozen: bool):
    parent = nn.ModuleDict({"encoder": MeanOfFrames(frozen=frozen)}).train()
    assert parent["encoder"].projection.training is not frozen
    assert parent["encoder"].projection.weight.requires_grad is not frozen


def test_loads_its_checkpoint_once(tmp_path: Path, logged):
    path = tmp_path / "original.pth"
    weights = {"projection.weight": torch.ones(4, 100), "projection.bias": torch.zeros(4)}
    torch.save(weights, path)
    encoder = MeanOfFrames(checkpoint=str(path), frozen=True)
    encoder.init_weights()
    assert encoder(torch.ones(1, 200)).tolist() == [[[100.0] * 4] * 2]
    path.unlink()
    encoder.init_weights()  # as that of a parent
    assert logged == []


@pytest.mark.parametrize(
    ("arguments", "warned"),
    [(dict(frozen=True), True), (dict(frozen=False), False)],
)
def test_warns_of_frozen_random_weights(logged, arguments: dict, warned: bool):
    MeanOfFrames(**arguments).init_weights()
    remedy = "MeanOfFrames has random weights. It is frozen: give it checkpoint=FILE"
    assert [message.startswith(remedy) for message in logged] == [True] * warned


def test_takes_weights_from_one_place():
    with pytest.raises(ValueError, match="MeanOfFrames takes its weights from checkpoint or init"):
        MeanOfFrames(checkpoint="a.pth", init_cfg=dict(type="Normal"))


def test_without_a_published_file_a_checkpoint_is_refused():
    class Untrained(AudioEncoder):
        embed_dims = 1

    with pytest.raises(ValueError, match=r"a\.pth: Untrained knows no original weight file"):
        Untrained(checkpoint="a.pth").init_weights()
