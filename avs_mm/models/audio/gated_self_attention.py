"""The self-attention of BEATs, with a relative position bias that each query scales."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from avs_mm.models.audio.cached_constant import cached_constant


class RelativePositionBias(nn.Embedding):
    """Learned attention bias per head and bucket of distance, as in T5 (arXiv 1910.10683, 2.1)."""

    def __init__(self, *, num_buckets: int, num_heads: int, max_distance: int) -> None:
        super().__init__(num_buckets, num_heads)
        self.max_distance = max_distance

    def table(self, length: int) -> Tensor:
        """Bias of shape (1, heads, length, length), queries before keys."""
        buckets = distance_buckets(
            length, self.num_embeddings, self.max_distance, self.weight.device
        )
        return self(buckets).permute(2, 0, 1).unsqueeze(0)


@cached_constant
def distance_buckets(
    length: int, num_buckets: int, max_distance: int, device: torch.device
) -> Tensor:
    """Bucket of the distance from each query to each key, of shape (length, length).

    Half of the buckets is for keys that come after the query. In each half the first half holds
    one distance a bucket, the rest grows logarithmically up to ``max_distance``.
    """
    position = torch.arange(length, device="cpu")
    distance = position - position[:, None]
    one_sided = num_buckets // 2
    exact = one_sided // 2

    ratio = distance.abs().clamp(min=exact).float() / exact
    growing = ratio.log() / math.log(max_distance / exact) * (one_sided - exact)
    growing = (exact + growing.long()).clamp(max=one_sided - 1)
    bucket = torch.where(distance.abs() < exact, distance.abs(), growing)
    return (bucket + one_sided * (distance > 0)).to(device)


class GatedSelfAttention(nn.Module):
    """Self-attention whose relative position bias is scaled by a gate that each query computes.

    Source: BEATs (arXiv 2212.09058) takes the gate from WavLM (arXiv 2110.13900, section III-A).
    """

    GATE_CHANNELS = 8  # two gates, each the sum of four

    def __init__(
        self,
        *,
        embed_dims: int,
        num_heads: int,
        dropout: float,
        relative_attention_bias: RelativePositionBias,
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.dropout = dropout
        self.q_proj = nn.Linear(embed_dims, embed_dims)
        self.k_proj = nn.Linear(embed_dims, embed_dims)
        self.v_proj = nn.Linear(embed_dims, embed_dims)
        self.out_proj = nn.Linear(embed_dims, embed_dims)
        self.grep_linear = nn.Linear(embed_dims // num_heads, self.GATE_CHANNELS)
        self.grep_a = nn.Parameter(torch.ones(1, num_heads, 1, 1))
        # One module for all layers: the official files list it under each of them
        self.relative_attention_bias = relative_attention_bias

    def forward(self, x: Tensor, position_bias: Tensor, padding_mask: Tensor | None) -> Tensor:
        """Attend over tokens (B, L, C), given the bias (1, heads, L, L) and the padding (B, L)."""
        query, key, value = (
            projection(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for projection in (self.q_proj, self.k_proj, self.v_proj)
        )  # (B, heads, L, C / heads) each

        # The bias of a query is scaled as a whole, (B, heads, L, L)
        bias = self.gate(query) * position_bias
        if padding_mask is not None:
            bias = bias.masked_fill(padding_mask[:, None, None, :], float("-inf"))

        attended = F.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=bias.to(query.dtype),
            dropout_p=self.dropout if self.training else 0.0,
        )
        return self.out_proj(attended.transpose(1, 2).flatten(2))

    def gate(self, query: Tensor) -> Tensor:
        """Scale of the bias, from the unscaled queries: (B, heads, L, C / heads) to (..., L, 1)."""
        channels = self.grep_linear(query).unflatten(-1, (2, self.GATE_CHANNELS // 2))
        update, reset = channels.sum(dim=-1).sigmoid().split(1, dim=-1)
        return update * (reset * self.grep_a - 1.0) + 2.0
