"""A segmentor that remembers: what it finds, how often it is asked, what a checkpoint holds."""

import copy

import pytest
import torch

from avs_mm.models.candidate_cache import CandidateCache
from avs_mm.registry import MODELS


@pytest.fixture
def segmentor(segmentor_config, find_something):
    model = MODELS.build(segmentor_config).eval()
    find_something(model)
    return model


@pytest.fixture
def frames_given(segmentor, monkeypatch) -> list[int]:
    """Number of frames that stage 1 got in each of its calls."""
    counts: list[int] = []
    find = segmentor.find_candidates

    def count(inputs, *, sizes):
        counts.append(len(inputs["img"]))
        return find(inputs, sizes=sizes)

    monkeypatch.setattr(segmentor, "find_candidates", count)
    return counts


@torch.no_grad()
def test_gives_what_stage_1_finds_and_asks_it_once_an_image(segmentor, frames_given):
    images = torch.randn(4, 3, 32, 32)
    cache = CandidateCache(segmentor, most_frames=10)
    first = cache.find_candidates({"img": images[:3]}, sizes=[(32, 32)] * 3)
    again = cache.find_candidates({"img": images[1:]}, sizes=[(32, 32)] * 3)
    assert frames_given == [3, 1]
    expected = segmentor.find_candidates({"img": images}, sizes=[(32, 32)] * 4)
    assert sum(len(candidates) for candidates in expected) > 0
    for found, truth in zip([*first, *again], [*expected[:3], *expected[1:]], strict=True):
        assert torch.equal(found.masks, truth.masks)
        assert torch.equal(found.labels, truth.labels)
        torch.testing.assert_close(found.scores, truth.scores)


@torch.no_grad()
def test_gives_pooled_features_again_and_none_where_there_were_none(segmentor, frames_given):
    images, sizes = {"img": torch.randn(2, 3, 32, 32)}, [(32, 32)] * 2
    plain = CandidateCache(segmentor, most_frames=2).find_candidates(images, sizes=sizes)
    assert all("features" not in found for found in plain)
    segmentor.pooled_features = True
    cache = CandidateCache(segmentor, most_frames=2)
    for expected, *again in zip(
        segmentor.find_candidates(images, sizes=sizes),
        cache.find_candidates(images, sizes=sizes),
        cache.find_candidates(images, sizes=sizes),
        strict=True,
    ):
        assert expected.features.shape == (len(expected), 8 + 16 + 32 + 64)
        for found in again:
            assert torch.equal(found.features, expected.features)
    assert frames_given == [2, 2, 2]


@torch.no_grad()
def test_a_changed_pixel_or_another_size_is_another_image(segmentor, frames_given):
    images = torch.randn(1, 3, 32, 32)
    cache = CandidateCache(segmentor, most_frames=10)
    cache.find_candidates({"img": images}, sizes=[(32, 32)])
    (larger,) = cache.find_candidates({"img": images}, sizes=[(64, 64)])
    images[0, 0, 0, 0] += 1e-3
    cache.find_candidates({"img": images}, sizes=[(32, 32)])
    assert frames_given == [1, 1, 1]
    assert larger.masks.shape[1:] == (64, 64)


@torch.no_grad()
@pytest.mark.parametrize(("most_frames", "calls"), [(0, [2, 2]), (1, [2, 1])])
def test_remembers_no_more_than_asked_for(segmentor, frames_given, most_frames: int, calls: list):
    images = torch.randn(2, 3, 32, 32)
    cache = CandidateCache(segmentor, most_frames=most_frames)
    for _ in range(2):
        cache.find_candidates({"img": images}, sizes=[(32, 32)] * 2)
    assert frames_given == calls
    assert len(cache.memory) == most_frames


@torch.no_grad()
def test_frames_of_a_batch_may_have_sizes_of_their_own(segmentor):
    images = torch.randn(2, 3, 32, 32)
    cache = CandidateCache(segmentor, most_frames=10)
    for _ in range(2):
        first, second = cache.find_candidates({"img": images}, sizes=[(32, 32), (48, 80)])
        assert first.masks.shape[1:] == (32, 32)
        assert second.masks.shape[1:] == (48, 80)


def test_is_in_no_checkpoint_and_follows_a_copy_of_its_model(avsc_config):
    model = MODELS.build({**avsc_config, "remember_frames": 10})
    assert not [key for key in model.state_dict() if "cache" in key]
    assert model.candidate_cache.segmentor is model.segmentor
    twin = copy.deepcopy(model)
    assert twin.candidate_cache.segmentor is twin.segmentor
    assert twin.segmentor is not model.segmentor
