"""BEATs beside recorded tokens of the official code, its padding and its files."""

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.model import Sequential
from mmengine.registry import MODELS as MMENGINE_MODELS
from torch import nn

from avs_mm.models.audio import BEATs
from avs_mm.registry import MODELS

CASES = {"1s": (2, 16000), "1s_masked": (2, 16000), "10s": (1, 160_000)}


def padding_of(case, golden_padding):
    return golden_padding if case == "1s_masked" else None


# Numbers of the official code


@pytest.mark.parametrize("case", CASES)
def test_golden_tokens(golden, golden_beats, golden_waveforms, golden_padding, case):
    expected = np.load(golden / "beats_small.npz")
    padding = padding_of(case, golden_padding)
    tokens = golden_beats(golden_waveforms(*CASES[case]), padding).numpy()
    sounding = np.ones(tokens.shape[:2], dtype=bool)
    if padding is not None:
        sounding = ~expected["1s_masked__mask"]
        assert np.array_equal(golden_beats.token_padding_mask(padding).numpy(), ~sounding)
    np.testing.assert_allclose(tokens[sounding], expected[f"{case}__y"][sounding], atol=1e-4)


@pytest.mark.parametrize("case", CASES)
def test_golden_classes(golden, official_file, golden_waveforms, golden_padding, case):
    """A fine-tuned file, with its classifier put back: mean over the sounding tokens, sigmoid."""
    expected = np.load(golden / "beats_small_ft.npz")[f"{case}__y"]
    path = official_file(finetuned=True)
    model = BEATs.from_checkpoint(path)
    classifier = nn.Linear(64, 527)
    weights = torch.load(path)["model"]
    classifier.load_state_dict({name: weights[f"predictor.{name}"] for name in ("weight", "bias")})

    waveforms, padding = golden_waveforms(*CASES[case]), padding_of(case, golden_padding)
    logits = classifier(model(waveforms, padding))
    sounding = torch.ones(logits.shape[:2])
    if padding is not None:
        sounding = (~model.token_padding_mask(padding)).float()
    mean = (logits * sounding[..., None]).sum(dim=1) / sounding.sum(dim=1, keepdim=True)
    np.testing.assert_allclose(mean.sigmoid().detach(), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("case", "clip", "token", "values"),
    [
        ("1s", 0, 0, [-0.3114884, -1.4888575, 0.5588745, -0.6239415]),
        ("1s", 1, 47, [-0.9556558, -0.2737777, 0.5262939, 0.1772929]),
        ("1s_masked", 1, 0, [-0.4507223, -1.9977022, 0.7160517, -0.0032462]),
        ("1s_masked", 1, 30, [-0.8504339, -0.1341662, 0.3514454, 0.1768594]),
        ("10s", 0, 0, [0.0002299, -2.0758772, -0.0951758, -0.480008]),
        ("10s", 0, 495, [-0.5945747, -0.8294765, -0.0190514, -0.9883951]),
    ],
)
def test_recorded_tokens(golden_beats, golden_waveforms, golden_padding, case, clip, token, values):
    tokens = golden_beats(golden_waveforms(*CASES[case]), padding_of(case, golden_padding))
    torch.testing.assert_close(tokens[clip, token, :4], torch.tensor(values), atol=1e-4, rtol=0)


@pytest.mark.parametrize(
    ("case", "first_channel", "magnitude"),
    [("1s", -0.7499969, 0.7867279), ("10s", -0.8006098, 0.7906920)],
)
def test_recorded_means(golden_beats, golden_waveforms, case, first_channel, magnitude):
    tokens = golden_beats(golden_waveforms(*CASES[case]))
    assert tokens[..., 0].mean().item() == pytest.approx(first_channel, abs=1e-5)
    assert tokens.abs().mean().item() == pytest.approx(magnitude, abs=1e-5)


# The published model


def test_base_has_the_published_parameters():
    with torch.device("meta"):
        model = BEATs()
    assert sum(parameter.numel() for parameter in model.parameters()) == 90_311_792
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    assert len(shapes) == 250
    assert shapes["encoder.pos_conv.0.weight_v"] == (768, 48, 128)
    assert shapes["encoder.layers.11.self_attn.relative_attention_bias.weight"] == (320, 12)


def test_base_gives_48_tokens_a_second():
    model = BEATs()
    with torch.inference_mode():
        tokens = model(torch.rand(1, 16000) - 0.5)
    assert tokens.shape == (1, 48, 768)
    assert tokens.isfinite().all()


@pytest.mark.parametrize(
    ("samples", "tokens"), [(2800, 8), (5359, 8), (5360, 16), (80_000, 248), (160_000, 496)]
)
def test_number_of_tokens(golden_beats, samples, tokens):
    assert golden_beats(torch.zeros(1, samples)).shape == (1, tokens, 64)
    padding = torch.zeros(1, samples, dtype=torch.bool)
    assert golden_beats.token_padding_mask(padding).shape == (1, tokens)


# Padding


def test_tokens_do_not_depend_on_padding(golden_beats, golden_waveforms, golden_padding):
    waveforms = golden_waveforms(2, 16000)
    changed = waveforms.clone()
    # The last row of patches with a sounding token reaches to sample 63 · 160 + 400
    changed[1, 10_480:] = torch.rand(5520) - 0.5
    sounding = ~golden_beats.token_padding_mask(golden_padding)
    before, after = (golden_beats(sound, golden_padding) for sound in (waveforms, changed))
    torch.testing.assert_close(after[sounding], before[sounding], atol=1e-6, rtol=0)
    assert (golden_beats(changed) - before)[sounding].abs().max() > 0.01


def test_a_clip_of_padding_alone(golden_beats, golden_waveforms):
    waveforms = golden_waveforms(2, 16000)
    padding = torch.zeros(2, 16000, dtype=torch.bool)
    padding[1] = True
    tokens = golden_beats(waveforms, padding)
    assert tokens.isfinite().all()
    torch.testing.assert_close(tokens[0], golden_beats(waveforms)[0], atol=1e-5, rtol=0)
    silent = golden_beats(torch.zeros(2, 16000), padding)
    torch.testing.assert_close(tokens[1], silent[1], atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("waveforms", "padding", "message"),
    [
        (torch.zeros(1, 2799), None, r"2799 samples is too short .*\(175 ms\): .* 2800 samples"),
        (torch.zeros(16000), None, r"\(B, N\)"),
        (torch.zeros(1, 16000), torch.zeros(1, 48, dtype=torch.bool), r"\(1, 16000\).*\(1, 48\)"),
        (torch.zeros(1, 16000), torch.zeros(1, 16000), "must be bool"),
    ],
)
def test_refused_input(golden_beats, waveforms, padding, message):
    with pytest.raises(ValueError, match=message):
        golden_beats(waveforms, padding)


# Files


@pytest.mark.parametrize("finetuned", [False, True])
def test_from_checkpoint(official_file, golden_beats, golden_waveforms, finetuned):
    model = BEATs.from_checkpoint(official_file(finetuned=finetuned))
    assert model.architecture == golden_beats.architecture
    assert model.encoder.layers[0].self_attn.dropout == 0.1
    assert model.encoder.dropout.p == 0.0
    waveforms = golden_waveforms(2, 16000)
    assert torch.equal(model(waveforms), golden_beats(waveforms))
    # The initialisation of a parent leaves what was loaded
    Sequential(model).init_weights()
    assert torch.equal(model(waveforms), golden_beats(waveforms))


def test_init_weights_loads_the_checkpoint(official_file, golden_beats, golden_waveforms, small):
    model = BEATs(**small, checkpoint=str(official_file()))
    waveforms = golden_waveforms(1, 16000)
    assert not torch.equal(model(waveforms), golden_beats(waveforms))
    model.init_weights()
    assert torch.equal(model(waveforms), golden_beats(waveforms))


def test_checkpoint_of_another_architecture(official_file, small):
    model = BEATs(**small | dict(num_layers=2, max_distance=1280), checkpoint=str(official_file()))
    fault = (
        r"num_layers is 3 in the file and 2 here; max_distance is 800 in the file and 1280 here"
        r"\. Give BEATs the file's values"
    )
    for _ in range(2):
        with pytest.raises(ValueError, match=fault):
            model.init_weights()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(num_heads=5), "embed_dims=64 must be a multiple of num_heads=5"),
        (dict(conv_pos_groups=3), "embed_dims=64 must be a multiple of conv_pos_groups=3"),
        (dict(checkpoint="a.pt", init_cfg=dict(type="Normal")), "checkpoint or init_cfg"),
    ],
)
def test_refused_arguments(small, arguments, message):
    with pytest.raises(ValueError, match=message):
        BEATs(**small | arguments)


def test_builds_from_a_config_in_any_scope(small):
    config = Config(dict(encoder=dict(type="avs_mm.BEATs", **small)))
    for registry in (MODELS, MMENGINE_MODELS):
        assert isinstance(registry.build(config.encoder), BEATs)
