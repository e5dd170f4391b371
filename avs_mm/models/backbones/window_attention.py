"""Swin's window attention without the work of its padding."""

from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.models.backbones.swin import ShiftWindowMSA
from torch import Tensor

from avs_mm.models.backbones.window_layout import WindowGroup, WindowLayout, window_layout

__all__ = ["WindowAttention"]

MASKED = -100.0  # what Swin adds to the score of a pair of different regions
MOST_SIZES = 8  # of which a layer remembers its bias


class WindowAttention(ShiftWindowMSA):
    """mmseg's ``ShiftWindowMSA`` with its parameters and results, computed for real tokens alone.

    A map is padded with zeros to whole windows, so the padding's keys and values are the bias of
    their linear layer. All padding of a window is thus one key, whose position bias is the
    logarithm of the sum of the exponentials of theirs; its query is not used.

    Args:
        attention: Whose parts are taken over, under their names.
    """

    def __init__(self, attention: ShiftWindowMSA) -> None:
        BaseModule.__init__(self)  # ShiftWindowMSA's own would make new parameters
        self.window_size = attention.window_size
        self.shift_size = attention.shift_size
        self.w_msa = attention.w_msa
        self.drop = attention.drop
        self._remembered: dict[Any, tuple[Tensor, list[Tensor]]] = {}

    def forward(self, query: Tensor, hw_shape: tuple[int, int]) -> Tensor:
        """Return the attended tokens (B, H * W, C) of ``query`` (B, H * W, C)."""
        dropout = self.w_msa.attn_drop.p if self.training else 0.0
        # Dropout meets each key of the padding by itself; a compiler has no need of the layout.
        if dropout or torch.compiler.is_compiling():
            return super().forward(query, hw_shape)
        batch, length, channels = query.shape
        height, width = hw_shape
        layout = window_layout(
            batch=batch,
            height=height,
            width=width,
            window_size=self.window_size,
            shift=self.shift_size,
            device=query.device,
        )
        rows = query.reshape(batch * length, channels).index_select(0, layout.tokens)
        if len(layout.padding):
            rows.index_fill_(0, layout.padding, 0.0)
        qkv = self.w_msa.qkv(rows).unflatten(-1, (3, self.w_msa.num_heads, -1))
        attended = self._attend(qkv, layout, self._biases(layout, size=(height, width)))
        attended = self.w_msa.proj(attended.index_select(0, layout.results))
        return self.drop(self.w_msa.proj_drop(attended).view(batch, length, channels))

    def _attend(self, qkv: Tensor, layout: WindowLayout, biases: list[Tensor]) -> Tensor:
        # qkv: (R, 3, heads, C / heads); returns (B * H * W, C), window by window
        sizes = [group.count * group.rows for group in layout.groups]
        attended = []
        for group, rows, bias in zip(layout.groups, qkv.split(sizes), biases, strict=True):
            windows = rows.unflatten(0, (group.count, group.rows))
            query, key, value = windows.permute(2, 0, 3, 1, 4)  # (count, heads, rows, C / heads)
            query = query[:, :, : len(group.real)]
            bias = bias.to(query.dtype)
            result = F.scaled_dot_product_attention(
                query, key, value, attn_mask=bias, scale=self.w_msa.scale
            )
            attended.append(result.transpose(1, 2).flatten(2).flatten(0, 1))
        return torch.cat(attended)

    def _biases(self, layout: WindowLayout, *, size: tuple[int, int]) -> list[Tensor]:
        """Of each group (1, heads, n, rows), remembered where nothing is learned.

        On a GPU they are made anew: to see that the table is the same would make the CPU wait.
        """
        table = self.w_msa.relative_position_bias_table
        if table.device.type != "cpu" or (torch.is_grad_enabled() and table.requires_grad):
            return [self._bias(group) for group in layout.groups]
        remembered = self._remembered.get(size)
        # Compared by value: mmengine's averages write through .data, which no version counts
        if (
            remembered is None
            or remembered[0].dtype != table.dtype
            or not torch.equal(remembered[0], table)
        ):
            with torch.inference_mode(False), torch.no_grad():
                remembered = table.clone(), [self._bias(group) for group in layout.groups]
            if len(self._remembered) >= MOST_SIZES:
                self._remembered = {}
            self._remembered[size] = remembered
        return remembered[1]

    def _bias(self, group: WindowGroup) -> Tensor:
        index = self.w_msa.relative_position_index[group.real]  # (n, N)
        masked = group.regions[group.real][:, None] != group.regions
        bias = self.w_msa.relative_position_bias_table[index].permute(2, 0, 1)  # (heads, n, N)
        bias = bias + MASKED * masked
        if len(group.padding):
            padding = bias[..., group.padding].logsumexp(dim=-1, keepdim=True)
            bias = torch.cat([bias[..., group.real], padding], dim=-1)
        return bias[None]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_remembered": {}}
