"""SSPL: its loss, its attention and its predictive coding module."""

import pytest
import torch

from avs_mm.models.baselines.predictive_coding import PredictiveCoding
from avs_mm.models.baselines.random_view import random_view
from avs_mm.models.baselines.sspl import negative_cosine


def test_loss_by_hand():
    predictions = torch.tensor([[3.0, 4.0], [1.0, 0.0]], requires_grad=True)
    targets = torch.tensor([[1.0, 0.0], [-2.0, 0.0]], requires_grad=True)
    loss = negative_cosine(predictions, targets)
    assert loss.item() == pytest.approx(-(0.6 - 1) / 2)
    loss.backward()
    assert targets.grad is None
    assert predictions.grad is not None


def test_attention_weighs_the_locations_by_their_cosine(build):
    model = build("sspl_without_pcm", attention_temperature=0.5).eval()
    features, audio = torch.randn(1, 64, 1, 2), torch.randn(1, 64)
    sound = model.reference(audio)[0]
    cosines = torch.stack(
        [torch.cosine_similarity(features[0, :, 0, k], sound, dim=0) for k in (0, 1)]
    )
    weights = (cosines / 0.5).softmax(dim=0)
    expected = weights[0] * features[0, :, 0, 0] + weights[1] * features[0, :, 0, 1]
    torch.testing.assert_close(model._attended(features, audio)[0], expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["sspl", "sspl_without_pcm"])
def test_two_views_come_to_agree_without_collapse(build, eight_clips, train, name: str):
    """There are no negatives, so nothing asks for the sounds to be told apart: only the clips."""
    model = build(name)
    losses = train(model, eight_clips, steps=40)
    assert abs(losses[0]) < 0.2
    assert losses[-1] < -0.8
    with torch.no_grad():
        features, audio = model.extract_feat(eight_clips), model.encode_audio(eight_clips)
        projected = torch.nn.functional.normalize(model.projector(model._attended(features, audio)))
    # Collapsed clips would all have a cosine of 1; eight that are spread evenly have -1 / 7.
    cosines = (projected @ projected.T)[~torch.eye(8, dtype=torch.bool)]
    assert cosines.mean() < 0.1


@pytest.mark.parametrize("size", [(1, 1), (6, 6), (7, 5)])
def test_predictive_coding_gives_a_map_of_the_images_size(size: tuple[int, int]):
    module = PredictiveCoding(visual_dims=8, audio_dims=4, cycles=2)
    features, audio = torch.randn(3, 8, *size), torch.randn(3, 4)
    assert module(features, audio).shape == (3, 8, *size)


def test_the_sound_acts_through_the_error_of_its_prediction():
    module = PredictiveCoding(visual_dims=8, audio_dims=4, cycles=1).eval()
    features, audio = torch.randn(2, 8, 4, 4), torch.randn(2, 4)
    surprised = module(features, audio)
    with torch.no_grad():
        module.correct_middle.weight.zero_()
    unmoved = module(features, audio)
    torch.testing.assert_close(unmoved, module(features, torch.zeros(2, 4)))
    assert (surprised - unmoved).abs().max() > 1e-3


def test_views_differ_but_show_the_same_image():
    images = torch.zeros(16, 3, 32, 32)
    images[:, :, :, 16:] = 4.0
    views = random_view(images)
    assert views.shape == images.shape
    bright_right = views[..., -1].mean(dim=(1, 2)) > views[..., 0].mean(dim=(1, 2))
    assert 2 < bright_right.sum() < 14  # some are mirrored
    # The edge lies within the crop: at 16 plus or minus 0.3 / 0.7 * 16 pixels
    fraction = (views > views.mean(dim=(1, 2, 3), keepdim=True)).float().mean(dim=(1, 2, 3))
    assert fraction.min() > 0.25
    assert fraction.max() < 0.75
    assert len(fraction.unique()) > 4
