"""The gated attention beside its equations."""

import math

import pytest
import torch

from avs_mm.models.audio.gated_self_attention import (
    GatedSelfAttention,
    RelativePositionBias,
    distance_buckets,
)


@pytest.mark.parametrize(
    ("distance", "bucket"),
    [
        (0, 0),
        (79, 160 + 79),
        (-79, 79),
        (80, 160 + 80),
        # 80 + floor(80 · ln(100 / 80) / ln(800 / 80)) and so on
        (100, 160 + 87),
        (-400, 135),
        (799, 160 + 159),
        (-1000, 159),
    ],
)
def test_distance_buckets(distance, bucket):
    buckets = distance_buckets(1001, 320, 800, torch.device("cpu"))
    query, key = (0, distance) if distance >= 0 else (-distance, 0)
    assert buckets[query, key] == bucket


def test_attention_is_softmax_with_the_gated_bias():
    torch.manual_seed(0)
    bias = RelativePositionBias(num_buckets=32, num_heads=2, max_distance=100)
    attention = GatedSelfAttention(
        embed_dims=8, num_heads=2, dropout=0.0, relative_attention_bias=bias
    )
    torch.nn.init.normal_(attention.grep_a)
    x = torch.randn(1, 5, 8)
    padding = torch.tensor([[False, False, False, False, True]])

    # One head and one query at a time, over the four keys that are not padding
    expected = torch.empty(1, 5, 8)
    for head in range(2):
        part = slice(4 * head, 4 * head + 4)
        query, key, value = (
            projection(x)[0, :, part]
            for projection in (attention.q_proj, attention.k_proj, attention.v_proj)
        )
        for index in range(5):
            channels = attention.grep_linear(query[index])
            a, b = channels[:4].sum().sigmoid(), channels[4:].sum().sigmoid()
            gate = a * (b * attention.grep_a[0, head, 0, 0] - 1) + 2
            table = bias.table(5)[0, head, index, :4]
            scores = key[:4] @ query[index] / math.sqrt(4) + gate * table
            expected[0, index, part] = scores.softmax(dim=0) @ value[:4]

    torch.testing.assert_close(
        attention(x, bias.table(5), padding), attention.out_proj(expected), atol=1e-6, rtol=1e-5
    )
