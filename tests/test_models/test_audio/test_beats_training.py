"""What training asks of BEATs: freezing, copies, averages, autocast, learning."""

import copy
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import EMAHook
from mmengine.model import ExponentialMovingAverage
from torch import nn

from avs_mm.models.audio import BEATs


def test_frozen_stays_in_eval_and_trainable_does_not(small):
    parent = nn.ModuleDict(dict(frozen=BEATs(**small), trained=BEATs(**small, frozen=False)))
    parent.train()
    assert not any(module.training for module in parent["frozen"].modules())
    assert all(module.training for module in parent["trained"].modules())
    assert not any(parameter.requires_grad for parameter in parent["frozen"].parameters())
    assert all(parameter.requires_grad for parameter in parent["trained"].parameters())
    parent.eval()
    assert not any(module.training for module in parent["trained"].modules())


def test_deepcopy_gives_the_same_tokens(golden_beats, golden_waveforms):
    waveforms = golden_waveforms(1, 16000)
    tokens = golden_beats(waveforms)
    assert torch.equal(copy.deepcopy(golden_beats)(waveforms), tokens)


def twins(small) -> nn.ModuleDict:
    return nn.ModuleDict(dict(frozen=BEATs(**small), trained=BEATs(**small, frozen=False)))


def train_a_step(model: nn.Module) -> None:
    """Change what is trained, by more than one step of an optimizer would."""
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.requires_grad:
                parameter.add_(0.1 * torch.randn_like(parameter))


def test_ema_is_the_average(small, golden_waveforms):
    """Its tokens follow the averaged weights, though what is folded and cached came before."""
    torch.manual_seed(0)
    waveforms, model = golden_waveforms(1, 16000), twins(small)
    average = ExponentialMovingAverage(model, momentum=0.25)
    average.eval()
    expected: dict[str, torch.Tensor] = {}
    for _ in range(3):
        for encoder in average.module.values():
            encoder(waveforms)  # fills the caches
        train_a_step(model)
        average.update_parameters(model)
        for key, value in model.state_dict().items():  # the first update copies
            expected[key] = (
                expected[key] + 0.25 * (value - expected[key])
                if key in expected
                else (value.clone())
            )

    found = average.module.state_dict()
    for key in expected:
        torch.testing.assert_close(found[key], expected[key], atol=1e-6, rtol=1e-6, msg=key)
    moved = (
        found["trained.encoder.layers.0.fc1.weight"] - model["trained"].encoder.layers[0].fc1.weight
    )
    assert moved.abs().max() > 0.1
    for key, value in model["frozen"].state_dict().items():
        assert torch.equal(found[f"frozen.{key}"], value)
    fresh = twins(small).eval()
    fresh.load_state_dict(expected)
    for name, encoder in average.module.items():
        torch.testing.assert_close(encoder(waveforms), fresh[name](waveforms), atol=1e-4, rtol=0)


def test_ema_hook_swaps_the_average_in_and_out(small, golden_waveforms):
    torch.manual_seed(0)
    waveforms, model = golden_waveforms(1, 16000), twins(small)
    hook = EMAHook(momentum=0.25)
    runner = SimpleNamespace(model=model, iter=0, epoch=0)
    hook.before_run(runner)
    for step in range(2):
        train_a_step(model)
        hook.after_train_iter(runner, step)
    model.eval()
    trained = {name: encoder(waveforms) for name, encoder in model.items()}
    hook.before_val_epoch(runner)
    assert (model["trained"](waveforms) - trained["trained"]).abs().max() > 0.01
    assert torch.equal(model["frozen"](waveforms), trained["frozen"])
    hook.after_val_epoch(runner)
    for name, encoder in model.items():
        assert torch.equal(encoder(waveforms), trained[name])


def test_autocast_keeps_the_fbank_in_float32(golden_beats, golden_waveforms, monkeypatch):
    seen = []
    monkeypatch.setattr(
        golden_beats.patch_embedding,
        "forward",
        lambda fbank: seen.append(fbank) or nn.Conv2d.forward(golden_beats.patch_embedding, fbank),
    )
    waveforms = golden_waveforms(2, 16000)
    exact = golden_beats(waveforms)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        tokens = golden_beats(waveforms)
    assert torch.equal(seen[0], seen[1])
    assert (tokens - exact).abs().mean() < 0.02


@pytest.mark.slow
def test_compiles_without_graph_break(golden_beats, golden_waveforms, golden_padding):
    compiled = torch.compile(golden_beats, backend="eager", fullgraph=True)
    waveforms = golden_waveforms(2, 16000)
    for padding in (None, golden_padding):
        expected = golden_beats(waveforms, padding)
        torch.testing.assert_close(compiled(waveforms, padding), expected, atol=1e-5, rtol=0)


@pytest.mark.slow
def test_learns_from_scratch(small):
    """Tell three sounds apart after 30 steps of Adam at the mini config's rate."""
    torch.manual_seed(0)
    time = torch.arange(16000) / 16000
    tone = torch.sin(2 * torch.pi * 440 * time)
    pulses = tone * (torch.sin(2 * torch.pi * 8 * time) > 0)

    def batch(size):
        labels = torch.arange(size) % 3
        level = 0.05 + 0.45 * torch.rand(size, 1)
        sounds = torch.stack([tone, pulses, torch.rand(16000) - 0.5])
        return level * sounds[labels] + 1e-3 * torch.randn(size, 16000), labels

    encoder, head = BEATs(**small, frozen=False), nn.Linear(64, 3)
    optimizer = torch.optim.Adam([*encoder.parameters(), *head.parameters()], lr=1e-3)
    for _ in range(30):
        sounds, labels = batch(12)
        loss = nn.functional.cross_entropy(head(encoder(sounds).mean(dim=1)), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    encoder.eval()
    sounds, labels = batch(30)
    assert torch.equal(head(encoder(sounds).mean(dim=1)).argmax(dim=1), labels)
