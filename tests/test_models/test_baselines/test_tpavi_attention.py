"""TPAVI's attention beside the double loop that defines it."""

import pytest
import torch

from avs_mm.models.baselines.tpavi_attention import TPAVIAttention


@pytest.fixture
def attention() -> TPAVIAttention:
    torch.manual_seed(0)
    attention = TPAVIAttention(channels=6, audio_channels=4)
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.normal_()
    attention.project[1].running_mean.normal_()
    attention.project[1].running_var.uniform_(0.5, 1.5)
    return attention.double().eval()


def by_definition(attention: TPAVIAttention, maps, audio, clips) -> torch.Tensor:
    """sum_j (theta_i . phi_j) g_j / N by a loop over the pixels i and j of every clip."""

    def pointwise(layer, vector):
        return layer.weight.flatten(1) @ vector + layer.bias

    aligned = [pointwise(attention.align, second) for second in audio]
    expected = torch.empty_like(maps)
    for clip in clips.unique():
        frames = (clips == clip).nonzero().flatten().tolist()
        pixels = [(f, y, x) for f in frames for y in range(2) for x in range(3)]
        for f, y, x in pixels:
            query = pointwise(attention.query, maps[f, :, y, x])
            total = torch.zeros(3, dtype=torch.double)
            for other, row, column in pixels:
                key = pointwise(attention.key, aligned[other])
                total += (query @ key) * pointwise(attention.value, maps[other, :, row, column])
            projected = attention.project((total / len(pixels)).view(1, 3, 1, 1)).flatten()
            expected[f, :, y, x] = attention.norm(maps[f, :, y, x] + projected)
    return expected


@pytest.mark.parametrize("clips", [[0, 0, 0, 0, 0], [0, 0, 1, 1, 1], [0, 1, 2, 3, 4]])
def test_equals_the_double_loop(attention, clips: list[int]):
    maps = torch.randn(5, 6, 2, 3, dtype=torch.double)
    audio = torch.randn(5, 4, dtype=torch.double)
    numbers = torch.tensor(clips)
    with torch.no_grad():
        mixed, aligned = attention(maps, audio, numbers)
        torch.testing.assert_close(mixed, by_definition(attention, maps, audio, numbers))
        torch.testing.assert_close(aligned, attention.align(audio))


def test_clips_do_not_attend_to_each_other(attention):
    maps = torch.randn(4, 6, 2, 3, dtype=torch.double)
    audio = torch.randn(4, 4, dtype=torch.double)
    with torch.no_grad():
        together = attention(maps, audio, torch.tensor([0, 0, 1, 1]))[0]
        alone = attention(maps[2:], audio[2:], torch.tensor([0, 0]))[0]
    torch.testing.assert_close(together[2:], alone)


def test_untrained_it_only_normalises():
    attention = TPAVIAttention(channels=6, audio_channels=4)
    maps = torch.randn(2, 6, 2, 3)
    with torch.no_grad():
        mixed = attention(maps, torch.randn(2, 4), torch.tensor([0, 0]))[0]
    expected = torch.nn.functional.layer_norm(maps.movedim(1, -1), (6,)).movedim(-1, 1)
    torch.testing.assert_close(mixed, expected)
