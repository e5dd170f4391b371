"""Where Swin's windows lie on a map, and which of their tokens are the map's and not padding."""

import functools
from collections import defaultdict
from dataclasses import dataclass

import torch
from torch import Tensor

__all__ = ["WindowGroup", "WindowLayout", "window_layout"]


@dataclass(frozen=True)
class WindowGroup:
    """Windows that are alike: the same of their tokens are real, the same pairs are masked.

    A window has N = window_size² positions, row by row; n of them hold tokens of the map.

    Attributes:
        count: How many such windows a batch has.
        real: (n,), positions of the map's tokens.
        padding: (N - n,), positions of the padding.
        regions: (N,), positions of different regions do not see each other.
    """

    count: int
    real: Tensor
    padding: Tensor
    regions: Tensor

    @property
    def rows(self) -> int:
        """Tokens of one window: the real ones and, where there is padding, one for all of it."""
        return len(self.real) + bool(len(self.padding))


@dataclass(frozen=True)
class WindowLayout:
    """The tokens of a batch, window by window and group by group.

    Attributes:
        groups: Of which each has ``count * rows`` rows, one after another.
        tokens: (R,), which of the B * H * W tokens a row is; 0 where it stands for padding.
        padding: The rows that stand for padding.
        results: (B * H * W,), where each token is among the rows without those.
    """

    groups: tuple[WindowGroup, ...]
    tokens: Tensor
    padding: Tensor
    results: Tensor


@dataclass(frozen=True)
class _Segment:
    """A window along one axis: its offsets, the coordinates of the real ones, its regions."""

    real: tuple[int, ...]
    coordinates: tuple[int, ...]
    regions: tuple[int, ...]


def _segments(length: int, *, window_size: int, shift: int) -> list[_Segment]:
    padded = -(-length // window_size) * window_size
    segments = []
    for start in range(0, padded, window_size):
        # Rolled by the shift, so that the last window joins the end of the axis and its start
        coordinates = [(start + shift + offset) % padded for offset in range(window_size)]
        real = tuple(offset for offset, at in enumerate(coordinates) if at < length)
        is_split = shift > 0 and start == padded - window_size
        regions = tuple(
            int(is_split and offset >= window_size - shift) for offset in range(window_size)
        )
        segments.append(_Segment(real, tuple(coordinates[offset] for offset in real), regions))
    return [segment for segment in segments if segment.real]


@functools.lru_cache(maxsize=64)
@torch.inference_mode(False)
def window_layout(
    *, batch: int, height: int, width: int, window_size: int, shift: int, device: torch.device
) -> WindowLayout:
    """Lay the windows of Swin (arXiv 2103.14030, 3.2) over maps padded at the right and bottom.

    Args:
        batch: B.
        height, width: H, W of the maps, in tokens.
        shift: By how many tokens the maps are rolled to the left and top before.
    """
    kinds: defaultdict[tuple, list[Tensor]] = defaultdict(list)
    for above in _segments(height, window_size=window_size, shift=shift):
        for left in _segments(width, window_size=window_size, shift=shift):
            kind = (above.real, above.regions, left.real, left.regions)
            rows, columns = torch.tensor(above.coordinates), torch.tensor(left.coordinates)
            kinds[kind].append((rows[:, None] * width + columns).flatten())

    groups, tokens = [], []
    first_of_image = height * width * torch.arange(batch)[:, None, None]
    for (rows, row_regions, columns, column_regions), windows in kinds.items():
        is_real = torch.zeros(window_size, window_size, dtype=torch.bool)
        is_real[torch.tensor(rows)[:, None], torch.tensor(columns)] = True
        regions = 2 * torch.tensor(row_regions)[:, None] + torch.tensor(column_regions)
        group = WindowGroup(
            count=batch * len(windows),
            real=is_real.flatten().nonzero()[:, 0].to(device),
            padding=(~is_real).flatten().nonzero()[:, 0].to(device),
            regions=regions.flatten().to(device),
        )
        groups.append(group)
        indices = (first_of_image + torch.stack(windows)).flatten(0, 1)  # (B * windows, n)
        missing = indices.new_full((len(indices), group.rows - len(group.real)), -1)
        tokens.append(torch.cat([indices, missing], dim=1).flatten())

    order = torch.cat(tokens)
    is_padding = order < 0
    return WindowLayout(
        groups=tuple(groups),
        tokens=order.clamp(min=0).to(device),
        padding=is_padding.nonzero()[:, 0].to(device),
        results=order[~is_padding].argsort().to(device),
    )
