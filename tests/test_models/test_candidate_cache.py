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
def frames_seen(segmentor, monkeypatch) -> list[int]:
    """Number of frames that stage 1 saw in each of its calls."""
    seen: list[int] = []
    find = segmentor.find_candidates

    def count(images, *, sizes):
        seen.append(len(images))
        return find(images, sizes=sizes)

    monkeypatch.setattr(segmentor, "find_candidates", count)
    return seen


@torch.no_grad()
def test_gives_what_stage_1_finds_and_asks_it_once_a_picture(segmentor, frames_seen):
    images = torch.randn(4, 3, 32, 32)
    cache = CandidateCache(most_frames=10)
    first = cache.find(segmentor, images[:3], size=(32, 32))
    again = cache.find(segmentor, images[1:], size=(32, 32))
    assert frames_seen == [3, 1]
    expected = segmentor.find_candidates(images, sizes=[(32, 32)] * 4)
    assert sum(len(candidates) for candidates in expected) > 0
    for found, truth in zip([*first, *again], [*expected[:3], *expected[1:]], strict=True):
        assert torch.equal(found.masks, truth.masks)
        assert torch.equal(found.labels, truth.labels)
        torch.testing.assert_close(found.scores, truth.scores)


@torch.no_grad()
def test_a_changed_pixel_or_another_size_is_another_picture(segmentor, frames_seen):
    images = torch.randn(1, 3, 32, 32)
    cache = CandidateCache(most_frames=10)
    cache.find(segmentor, images, size=(32, 32))
    (larger,) = cache.find(segmentor, images, size=(64, 64))
    images[0, 0, 0, 0] += 1e-3
    cache.find(segmentor, images, size=(32, 32))
    assert frames_seen == [1, 1, 1]
    assert larger.masks.shape[1:] == (64, 64)


@torch.no_grad()
@pytest.mark.parametrize(("most_frames", "calls"), [(0, [2, 2]), (1, [2, 1])])
def test_remembers_no_more_than_asked_for(segmentor, frames_seen, most_frames: int, calls: list):
    images = torch.randn(2, 3, 32, 32)
    cache = CandidateCache(most_frames=most_frames)
    for _ in range(2):
        cache.find(segmentor, images, size=(32, 32))
    assert frames_seen == calls
    assert len(cache.frames) == most_frames
