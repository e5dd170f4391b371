"""SLAVC: its loss, its moving target and its dropout."""

import copy
import math

import pytest
import torch

from avs_mm.models.baselines.slavc import two_stream_contrast


def softmax(values: list[float]) -> list[float]:
    exponentials = [math.exp(value) for value in values]
    return [value / sum(exponentials) for value in exponentials]


def test_loss_by_hand():
    correspondence = [[[0.9, 0.1], [0.2, -0.3]], [[0.4, 0.5], [0.8, 0.6]]]  # (query, candidate,
    localisation = [[[0.3, 0.7], [0.1, 0.0]], [[-0.2, 0.5], [0.6, 0.2]]]  # location)
    expected = 0.0
    for query in range(2):
        which = [
            softmax([correspondence[query][c][location] / 0.5 for c in range(2)])
            for location in range(2)
        ]
        where = [softmax([value / 0.5 for value in localisation[query][c]]) for c in range(2)]
        likelihoods = [
            sum(which[location][c] * where[c][location] for location in range(2)) for c in range(2)
        ]
        expected -= math.log(likelihoods[query] / sum(likelihoods)) / 2
    found = two_stream_contrast(
        torch.tensor(correspondence)[:, :, None], torch.tensor(localisation)[:, :, None], 0.5
    )
    assert found.item() == pytest.approx(expected)


def test_target_is_the_moving_average_of_what_is_trained(build, eight_clips, train):
    model = build("slavc", momentum=0.75)

    def weights(module: torch.nn.Module) -> dict[str, torch.Tensor]:
        names = ("backbone", "audio_encoder", "correspondence", "localisation")
        parameters = dict(module.named_parameters())
        return {
            key: value.detach().clone()
            for key, value in parameters.items()
            if key.startswith(names)
        }

    # The first iteration copies, the second and third mix in a quarter of what they begin with.
    expected = weights(model)
    train(model, eight_clips, steps=1)
    for _ in range(2):
        expected = {
            key: 0.75 * expected[key] + 0.25 * value for key, value in weights(model).items()
        }
        train(model, eight_clips, steps=1)
    target = weights(model.target.module)
    assert target.keys() == expected.keys()
    for key, value in target.items():
        torch.testing.assert_close(value, expected[key], msg=key)
    assert all(parameter.grad is None for parameter in model.target.parameters())
    moved = target["correspondence.audio.weight"] != weights(model)["correspondence.audio.weight"]
    assert moved.all()


def test_heat_is_the_mean_of_both_streams(build, eight_clips):
    model = build("slavc").eval()
    features, audio = torch.randn(1, 64, 2, 2), torch.randn(1, 64)
    streams = []
    for stream in (model.correspondence, model.localisation):
        location = stream.visual(features)[0, :, 1, 0]
        streams.append(torch.cosine_similarity(location, stream.audio(audio)[0], dim=0))
    torch.testing.assert_close(model.heat_maps(features, audio)[0, 1, 0], sum(streams) / 2)


def test_only_training_drops_features(build, eight_clips):
    model = build("slavc", visual_dropout=0.9)
    batch = {key: values[:4] for key, values in eight_clips.items()}
    model.eval()
    before = copy.deepcopy(model.state_dict())
    with torch.no_grad():
        maps = [model(batch, mode="tensor") for _ in range(2)]
    assert torch.equal(*maps)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


@pytest.mark.slow
def test_overfits_eight_clips(build, eight_clips, train, matched):
    # Nine features in ten dropped and a slow target are there to prevent just this.
    model = build("slavc", visual_dropout=0.0, momentum=0.5, temperature=0.07)
    losses = train(model, eight_clips, steps=30)
    assert losses[-1] < 0.1 * losses[0]
    assert matched(model, eight_clips) == 8
