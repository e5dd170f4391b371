"""Training of stage 2 with a store: the losses are the same, and each input is computed once."""

import copy
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.models.packed_candidates import pack_candidates, unpack_candidates
from avs_mm.registry import MODELS

CONDITIONS = ("original", "original", "noise", "mixture")


class Counted:
    """A model whose stage 1 and audio encoder count what they are given."""

    def __init__(self, config, find_something, monkeypatch, **settings):
        torch.manual_seed(0)
        self.model = MODELS.build({**copy.deepcopy(config), **settings})
        find_something(self.model.segmentor)
        self.model.train()
        self.images: list[int] = []
        self.sounds: list[int] = []
        find, encode = self.model.segmentor.find_candidates, self.model.audio_encoder.forward

        def count_images(inputs, *, sizes):
            self.images.append(len(inputs["img"]))
            return find(inputs, sizes=sizes)

        def count_sounds(waveforms):
            self.sounds.append(len(waveforms))
            return encode(waveforms)

        monkeypatch.setattr(self.model.segmentor, "find_candidates", count_images)
        monkeypatch.setattr(self.model.audio_encoder, "forward", count_sounds)
        self.optimizer = torch.optim.Adam(self.model.audio_head.parameters(), lr=1e-2)

    def train(self, batches) -> list[float]:
        losses = []
        for inputs, samples in batches:
            loss = self.model.loss(inputs, samples)["loss_avc"]
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses.append(loss.item())
        return losses


@pytest.fixture
def counted(avsc_config, find_something, monkeypatch):
    avsc_config.audio_encoder.frozen = True
    avsc_config.remember_frames = 0

    def make(**settings):
        return Counted(avsc_config, find_something, monkeypatch, **settings)

    return make


@pytest.fixture
def epochs(labelled_samples):
    """Three epochs of four frames in two batches, in another order each; two sounds are new."""
    generator = torch.Generator().manual_seed(1)
    images = torch.randn(4, 3, 32, 32, generator=generator)
    sounds = 0.1 * torch.randn(4, 16000, generator=generator)
    batches = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2], [2, 0, 3, 1]):
        for chosen in (order[:2], order[2:]):
            samples = [labelled_samples[index % 2].clone() for index in chosen]
            audio = sounds[chosen].clone()
            for row, index in enumerate(chosen):
                samples[row].set_metainfo({"audio_condition": CONDITIONS[index]})
                if CONDITIONS[index] != "original":
                    audio[row] = 0.1 * torch.randn(16000, generator=generator)
            batches.append(({"img": images[chosen], "audio": audio}, samples))
    return batches


def test_losses_are_equal_to_the_last_bit_and_changed_sounds_alone_are_computed(
    counted, epochs, tmp_path: Path
):
    plain = counted()
    expected = plain.train(epochs)
    assert sum(plain.images) == sum(plain.sounds) == 12
    stored = counted(store=str(tmp_path))
    assert stored.train(epochs) == expected
    assert sum(stored.images) == 4
    assert sum(stored.sounds) == 2 + 3 * 2


def test_another_training_reads_what_one_has_written(counted, epochs, tmp_path: Path):
    first = counted(store=str(tmp_path))
    expected = first.train(epochs)
    for cache in (first.model.candidate_cache, first.model.embedding_cache):
        cache.store.entries(torch.device("cpu")).flush()
    second = counted(store=str(tmp_path))
    assert second.train(epochs) == expected
    assert sum(second.images) == 0
    assert sum(second.sounds) == 3 * 2

    other_weights = counted(store=str(tmp_path))
    with torch.no_grad():
        other_weights.model.segmentor.decode_head.cls_embed.bias[0] += 1e-3
        other_weights.model.audio_encoder.layer_norm.weight[0] += 1e-3
    other_weights.train(epochs)
    assert sum(other_weights.images) == 4
    assert sum(other_weights.sounds) == 2 + 3 * 2


def test_features_for_a_head_of_instances_are_stored_apart(
    counted, epochs, instance_samples, tmp_path: Path
):
    counted(store=str(tmp_path)).train(epochs)
    epochs = [(inputs, instance_samples(samples)) for inputs, samples in epochs]
    options = dict(store=str(tmp_path), instance_head=dict(visual_dims=120))
    first = counted(**options)
    expected = first.train(epochs)
    assert sum(first.images) == 4  # what has no features is not read
    first.model.candidate_cache.store.entries(torch.device("cpu")).flush()
    second = counted(**options)
    assert second.train(epochs) == expected == counted(**{**options, "store": None}).train(epochs)
    assert sum(second.images) == 0


def test_an_encoder_that_is_trained_is_not_remembered(counted, epochs, tmp_path: Path):
    trained = counted(store=str(tmp_path))
    trained.model.audio_encoder.requires_grad_(True)
    trained.train(epochs)
    assert sum(trained.images) == 4
    assert sum(trained.sounds) == 12
    assert trained.model.audio_encoder.layer_norm.weight.grad is not None


def test_a_frame_takes_less_than_40_kilobytes(counted):
    """Of 224 x 224 pixels with as many candidates as S4 has categories, masks of round shapes."""
    rows, columns = np.mgrid[:224, :224]
    rng = np.random.default_rng(0)
    circles = [
        (rows - y) ** 2 + (columns - x) ** 2 < r**2
        for y, x, r in rng.uniform((0, 0, 10), (224, 224, 110), (23, 3))
    ]
    model = counted().model
    (found,) = model.segmentor.find_candidates(
        {"img": torch.randn(1, 3, 32, 32)}, sizes=[(224, 224)]
    )
    found = type(found)(
        masks=torch.from_numpy(np.stack(circles)),
        labels=torch.arange(23),
        scores=torch.rand(23),
    )
    packed = pack_candidates(found)
    assert len(packed) < 40_000
    again = unpack_candidates(packed, torch.device("cpu"))
    for field in ("masks", "labels", "scores"):
        assert torch.equal(again[field], found[field])
