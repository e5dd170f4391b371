"""The audio-visual matching term by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from avs_mm.models.baselines.audio_visual_matching import audio_visual_matching


def test_equals_the_value_by_hand():
    """Two channels; half of a 1x2 map is masked out by a logit of -1000."""
    logits = torch.tensor([1000.0, -1000.0]).view(1, 1, 1, 2)
    features = torch.tensor([[2.0, 5.0], [-4.0, 7.0]]).view(1, 2, 1, 2)
    audio = torch.tensor([[0.0, 1.0]])
    # Inside the mask the first pixel (2, -4) is left, its ReLU (2, 0), averaged over both: (1, 0)
    inside = math.e / (math.e + 1)
    p = (1 - inside, inside)  # softmax of the sound, (0, 1)
    q = (inside, 1 - inside)  # softmax of the features, (1, 0)
    expected = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
    assert expected == pytest.approx((math.e - 1) / (math.e + 1))
    assert audio_visual_matching(logits, [features], [audio]).item() == pytest.approx(expected)


def test_sums_over_frames_and_averages_over_stages():
    torch.manual_seed(0)
    logits = torch.randn(3, 1, 8, 8)
    maps = [torch.randn(3, 4, 8, 8), torch.randn(3, 4, 4, 4)]
    audio = [torch.randn(3, 4), torch.randn(3, 4)]
    parts = [
        audio_visual_matching(logits[[f]], [maps[s][[f]]], [audio[s][[f]]])
        for s in range(2)
        for f in range(3)
    ]
    whole = audio_visual_matching(logits, maps, audio)
    torch.testing.assert_close(whole, torch.stack(parts).sum() / 2)
    assert min(parts) > 0


def test_is_zero_where_the_masked_picture_is_the_sound():
    logits = torch.full((1, 1, 4, 4), 1000.0)
    channel = torch.tensor([0.5, 2.0, 1.0])
    stage = channel.view(1, 3, 1, 1).expand(1, 3, 2, 2)
    assert audio_visual_matching(logits, [stage], [channel[None]]).item() == pytest.approx(
        0, abs=1e-6
    )


def test_classwise_is_the_official_term_of_avss():
    """A_MaskedV_SimmLoss and F10_IoU_BCELoss, recorded in tests/data/official."""
    path = Path(__file__).resolve().parents[2] / "data" / "official" / "tpavi.json"
    official = json.loads(path.read_text())
    rng = np.random.default_rng(31)

    def draw(*shape: int) -> torch.Tensor:
        return torch.from_numpy(rng.normal(size=shape).astype(np.float32))

    logits = draw(6, 5, 16, 16)
    maps = [draw(6, 8, 8, 8).relu(), draw(6, 8, 4, 4).relu()]
    audio = [draw(6, 8), draw(6, 8)]
    target = torch.from_numpy(rng.integers(0, 5, size=(6, 16, 16)))
    frames = [0, 2, 3, 5]  # those with a mask
    found = audio_visual_matching(
        logits[frames], [m[frames] for m in maps], [a[frames] for a in audio], classwise=True
    )
    assert found.item() == pytest.approx(official["AVSS_matching"], rel=1e-5)
    cross_entropy = torch.nn.functional.cross_entropy(logits[frames], target[frames])
    assert cross_entropy.item() == pytest.approx(official["AVSS_cross_entropy"], rel=1e-5)
