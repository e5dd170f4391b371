"""SSPL: its loss, its attention and its predictive coding module."""

import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.models.baselines.predictive_coding import PredictiveCoding
from avs_mm.models.baselines.random_view import random_view
from avs_mm.models.baselines.sspl import negative_cosine, stretched, sum_by_attention

OFFICIAL = json.loads(
    (Path(__file__).resolve().parents[2] / "data" / "official" / "sspl.json").read_text()
)


def test_loss_by_hand():
    predictions = torch.tensor([[3.0, 4.0], [1.0, 0.0]], requires_grad=True)
    targets = torch.tensor([[1.0, 0.0], [-2.0, 0.0]], requires_grad=True)
    loss = negative_cosine(predictions, targets)
    assert loss.item() == pytest.approx(-(0.6 - 1) / 2)
    loss.backward()
    assert targets.grad is None
    assert predictions.grad is not None


def test_attention_adds_up_the_locations_from_the_least_alike_to_the_most():
    features = torch.arange(6.0).reshape(1, 2, 1, 3)
    similarities = torch.tensor([[[-0.2, 0.0, 0.6]]])
    found = sum_by_attention(features, similarities)
    assert found[0].tolist() == pytest.approx([0.25 * 1 + 2, 0.25 * 4 + 5])


def test_sounds_are_stretched_each_by_itself():
    waveforms = torch.tensor([[0.1, 0.2, 0.3], [0.0, 0.0, 0.0]])
    found = stretched(waveforms)
    assert found[0].tolist() == pytest.approx([-1, -0.001 / 0.201, 0.199 / 0.201], abs=1e-6)
    assert found[1].tolist() == [-1, -1, -1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sspl", "sspl_without_pcm"])
def test_two_views_come_to_agree_without_collapse(build, eight_clips, train, name: str):
    """There are no negatives, so nothing asks for the sounds to be told apart: only the clips."""
    model = build(name)
    losses = train(model, eight_clips, steps=60, lr=2e-3)
    assert abs(losses[0]) < 0.2
    assert losses[-1] < -0.7
    with torch.no_grad():
        features, audio = model.extract_feat(eight_clips), model.encode_audio(eight_clips)
        projected = torch.nn.functional.normalize(model.projector(model._attended(features, audio)))
    # Collapsed clips would all have a cosine of 1; eight that are spread evenly have -1 / 7.
    cosines = (projected @ projected.T)[~torch.eye(8, dtype=torch.bool)]
    assert cosines.mean() < 0.1


@pytest.mark.parametrize("size", [(6, 6), (10, 14)])
def test_predictive_coding_gives_a_map_of_the_images_size(size: tuple[int, int]):
    module = PredictiveCoding(visual_dims=8, audio_dims=4, cycles=2)
    features, audio = torch.randn(3, 8, *size), torch.randn(3, 4)
    assert module(features, audio).shape == (3, 8, *size)


def test_predictive_coding_names_a_size_that_does_not_fit():
    module = PredictiveCoding(visual_dims=8, audio_dims=4)
    with pytest.raises(ValueError, match="map is 7x7, but SSPL's levels fit sides of 6, 10, 14"):
        module(torch.randn(2, 8, 7, 7), torch.randn(2, 4))


def test_the_sound_acts_through_the_error_of_its_prediction():
    module = PredictiveCoding(visual_dims=8, audio_dims=4, cycles=1).eval()
    features, audio = torch.randn(2, 8, 6, 6), torch.randn(2, 4)
    surprised = module(features, audio)
    with torch.no_grad():
        module.correct[0].weight.zero_()
    unmoved = module(features, audio)
    torch.testing.assert_close(unmoved, module(features, torch.zeros(2, 4)))
    assert (surprised - unmoved).abs().max() > 1e-3


def seeded(module: torch.nn.Module) -> None:
    """Give every parameter numbers that its name decides."""
    for name, parameter in module.named_parameters():
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        values = rng.normal(scale=0.05, size=tuple(parameter.shape)).astype(np.float32)
        parameter.data.copy_(torch.from_numpy(values) + (0.5 if "rates" in name else 0.0))
        if "norm" in name and name.endswith("weight"):
            parameter.data.add_(1)


def test_predictive_coding_is_the_authors():
    module = PredictiveCoding(visual_dims=512, audio_dims=6, cycles=2)
    seeded(module)
    rng = np.random.default_rng(7)
    features = torch.from_numpy(rng.normal(size=(2, 512, 14, 14)).astype(np.float32))
    sound = torch.from_numpy(rng.normal(size=(2, 6)).astype(np.float32))
    with torch.no_grad():
        found = module(features, sound)
    assert found.std().item() == pytest.approx(OFFICIAL["pcm_std"], rel=1e-4)
    assert found[:, 3, 5].flatten().tolist() == pytest.approx(OFFICIAL["pcm_row"], abs=1e-4)


def test_loss_is_the_authors(build):
    model = build("sspl_without_pcm", projection_dims=2048, prediction_dims=512)
    model.projector[0] = torch.nn.Linear(16, 2048, bias=False)
    seeded(model.projector)
    seeded(model.predictor)
    rng = np.random.default_rng(8)
    maps = torch.from_numpy(rng.normal(size=(2, 4, 16, 3, 3)).astype(np.float32))
    sounds = torch.from_numpy(rng.normal(size=(4, 16)).astype(np.float32))
    attended = [
        sum_by_attention(view, torch.cosine_similarity(view, sounds[..., None, None], dim=1))
        for view in maps
    ]
    assert attended[0][0].tolist() == pytest.approx(OFFICIAL["attended_0"], rel=1e-4)
    first, second = (model.projector(view) for view in attended)
    loss = negative_cosine(model.predictor(first), second) / 2
    loss += negative_cosine(model.predictor(second), first) / 2
    assert loss.item() == pytest.approx(OFFICIAL["loss"], abs=1e-5)


def test_views_differ_but_show_the_same_image():
    images = torch.zeros(64, 3, 44, 44)
    images[:, :, :, 22:] = 4.0
    views = random_view(images)
    assert views.shape == images.shape
    bright_right = views[..., -1].mean(dim=(1, 2)) > views[..., 0].mean(dim=(1, 2))
    assert 16 < bright_right.sum() < 48  # some are mirrored
    # Forty of forty-four columns are seen: the edge lies at 22 plus or minus 2 of them
    fraction = (views > 2).float().mean(dim=(1, 2, 3))
    assert fraction.min() > 0.44
    assert fraction.max() < 0.56
    assert len(fraction.unique()) >= 4


def test_encoders_are_frozen(build, eight_clips, train):
    model = build("sspl")
    before = {key: value.clone() for key, value in model.backbone.state_dict().items()}
    train(model, eight_clips, steps=1)
    assert all(
        torch.equal(value, before[key]) for key, value in model.backbone.state_dict().items()
    )
