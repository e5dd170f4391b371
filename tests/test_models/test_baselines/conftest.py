"""Sound localisers small enough for tests, and eight clips that anyone can tell apart."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.config import Config, ConfigDict

from avs_mm.models.baselines.sound_localiser import SoundLocaliser
from avs_mm.registry import MODELS

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
NUM_CLIPS = 8


@pytest.fixture
def localiser_config() -> Callable[..., ConfigDict]:
    """Reads the model of configs/mini, with eight channels and random weights."""

    def make(name: str, **changes) -> ConfigDict:
        config = Config.fromfile(CONFIGS / "mini" / f"{name}.py").model
        config.backbone_weights = None
        config.backbone.update(base_channels=8, stem_channels=8, strides=(1, 1, 1, 1))
        config.in_channels = 64
        config.audio_encoder.base_channels = 8
        if config.type == "avs_mm.SSPL":
            config.update(projection_dims=64, prediction_dims=16)
        config.update(changes)
        return config

    return make


@pytest.fixture
def eight_clips() -> dict[str, torch.Tensor]:
    """Clip k: a square of colour k in a corner of its own, and a tone of its own."""
    images = 0.05 * torch.randn(NUM_CLIPS, 3, 40, 40)
    seconds = torch.arange(16000) / 16000
    sounds = torch.empty(NUM_CLIPS, 16000)
    for clip in range(NUM_CLIPS):
        colour = torch.tensor([clip >> bit & 1 for bit in range(3)]) * 4.0 - 2
        top, left = (clip % 2) * 20, (clip // 2 % 2) * 20
        images[clip, :, top : top + 20, left : left + 20] = colour[:, None, None]
        sounds[clip] = 0.3 * torch.sin(2 * torch.pi * 250 * 1.5**clip * seconds)
    return {"img": images, "audio": sounds}


@pytest.fixture
def train() -> Callable[..., list[float]]:
    """Trains a model on one batch and returns its losses."""

    def run(
        model: SoundLocaliser, batch: dict[str, torch.Tensor], *, steps: int, lr: float = 1e-3
    ) -> list[float]:
        optimizer = torch.optim.Adam(
            [parameter for parameter in model.parameters() if parameter.requires_grad], lr=lr
        )
        losses = []
        model.train()
        for _ in range(steps):
            loss = sum(model(batch, [], mode="loss").values())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    return run


@pytest.fixture
def build(localiser_config) -> Callable[..., SoundLocaliser]:
    """Builds a small localiser with seeded weights."""

    def make(name: str, **changes) -> SoundLocaliser:
        torch.manual_seed(0)
        model = MODELS.build(localiser_config(name, **changes))
        model.init_weights()
        return model

    return make


@pytest.fixture
def matched() -> Callable[..., int]:
    """Counts the images that resemble their own sound more than any other of the batch."""

    def count(model: SoundLocaliser, batch: dict[str, torch.Tensor]) -> int:
        # Batch statistics: the running ones lag behind so short a training.
        with torch.no_grad():
            features, sounds = model.extract_feat(batch), model.encode_audio(batch)
            scores = [
                model.heat_maps(features, sound.expand_as(sounds)).amax(dim=(-2, -1))
                for sound in sounds
            ]
        best = torch.stack(scores, dim=1).argmax(dim=1)
        return int((best == torch.arange(len(features))).sum())

    return count
