"""Inputs of the golden cases: sounds from a seed, weights that are a function of the key."""

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from avs_mm.models.audio import BEATs

SMALL = dict(
    embed_dims=64, num_layers=3, num_heads=4, feedforward_channels=128, patch_embed_dims=32
)
SMALL_CFG = {  # as an official file describes SMALL
    "input_patch_size": 16,
    "embed_dim": 32,
    "conv_bias": False,
    "encoder_layers": 3,
    "encoder_embed_dim": 64,
    "encoder_ffn_embed_dim": 128,
    "encoder_attention_heads": 4,
    "activation_fn": "gelu",
    "layer_wise_gradient_decay_ratio": 0.6,
    "layer_norm_first": False,
    "deep_norm": True,
    "dropout": 0.0,
    "attention_dropout": 0.1,
    "activation_dropout": 0.0,
    "encoder_layerdrop": 0.05,
    "dropout_input": 0.1,
    "conv_pos": 128,
    "conv_pos_groups": 16,
    "relative_position_embedding": True,
    "num_buckets": 320,
    "max_distance": 800,
    "gru_rel_pos": True,
    "finetuned_model": False,
}


@pytest.fixture(scope="session")
def golden_waveforms() -> Callable[[int, int], Tensor]:
    """Sounds (batch, samples) of the golden cases: noise and a swelling tone, in 16 bits."""

    def waveforms(batch: int, samples: int) -> Tensor:
        noise = 0.05 * np.random.RandomState(100 + batch).standard_normal((batch, samples))
        time = np.arange(samples) / 16000
        pitch = 220 * np.arange(1, batch + 1)[:, None]
        swell = 0.5 + 0.5 * np.sin(2 * np.pi * 2 * time)
        sound = noise + 0.2 * np.sin(2 * np.pi * pitch * time) * swell
        rounded = np.round(sound.clip(-1, 1) * 32767) / 32768
        return torch.from_numpy(rounded.astype(np.float32))

    return waveforms


@pytest.fixture(scope="session")
def golden_padding() -> Tensor:
    """Padding mask (2, 16000): all of the first clip sounds, 10,000 samples of the second do."""
    padding = torch.zeros(2, 16000, dtype=torch.bool)
    padding[1, 10_000:] = True
    return padding


@pytest.fixture(scope="session")
def golden_weights() -> Callable[[dict], dict[str, Tensor]]:
    """Weights of the golden cases for a state dict's keys and shapes."""

    def weight(key: str, shape: tuple[int, ...]) -> Tensor:
        seed = re.sub(r"layers\.\d+(.*relative_attention_bias)", r"layers.0\1", key)
        normal = np.random.RandomState(zlib.crc32(seed.encode())).standard_normal(shape)
        if key.endswith("weight_g"):
            normal = 1.2 * (1 + 0.1 * normal)
        elif key.endswith("grep_a") or ("layer_norm" in key and key.endswith("weight")):
            normal = 1 + 0.1 * normal
        elif key.endswith(".bias"):
            normal = 0.1 * normal
        elif not key.endswith(("weight_v", "relative_attention_bias.weight")):
            normal = normal / np.sqrt(np.prod(shape[1:]))
        return torch.from_numpy(normal.astype(np.float32))

    def weights(state: dict) -> dict[str, Tensor]:
        return {key: weight(key, tuple(value.shape)) for key, value in state.items()}

    return weights


@pytest.fixture
def golden_beats(golden_weights) -> BEATs:
    """The small model of the golden cases, frozen."""
    model = BEATs(**SMALL)
    model.load_state_dict(golden_weights(model.state_dict()))
    return model


@pytest.fixture
def small() -> dict:
    """Arguments of the small model."""
    return dict(SMALL)


@pytest.fixture
def official_file(tmp_path, golden_beats, golden_weights) -> Callable[..., Path]:
    """Writer of a small model in the official layout; changes go into its cfg and weights."""

    def write(*, cfg: dict | None = None, weights: dict | None = None, finetuned=False) -> Path:
        model = {**golden_beats.state_dict(), **(weights or {})}
        model = {key: value.clone() for key, value in model.items() if value is not None}
        contents = {"cfg": {**SMALL_CFG, **(cfg or {})}, "model": model}
        if finetuned:
            head = {"predictor.weight": torch.empty(527, 64), "predictor.bias": torch.empty(527)}
            model.update(golden_weights(head))
            contents["cfg"].update(finetuned_model=True, predictor_class=527)
            contents["label_dict"] = {index: f"/m/{index}" for index in range(527)}
        path = tmp_path / "beats.pt"
        torch.save(contents, path)
        return path

    return write
