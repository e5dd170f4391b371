"""Which frames of a batch belong together: the data samples say it."""

from collections.abc import Sequence

import torch
from mmseg.structures import SegDataSample
from torch import Tensor

__all__ = ["clip_numbers"]


def clip_numbers(data_samples: Sequence[SegDataSample]) -> Tensor:
    """Number the clips of a batch, int (F,) from 0 on, by the samples' ``clip`` and ``frame``.

    A clip begins with its frame 0. Frames that say no clip are one.

    Raises:
        ValueError: A frame does not follow the one before it: the batch has cut a clip.
    """
    if not any("clip" in sample for sample in data_samples):
        return torch.zeros(len(data_samples), dtype=torch.long)
    numbers: list[int] = []
    expected: tuple[str, int] | None = None
    for sample in data_samples:
        position = (sample.clip, sample.frame)
        if sample.frame == 0:
            numbers.append(numbers[-1] + 1 if numbers else 0)
        elif position == expected:
            numbers.append(numbers[-1])
        else:
            raise ValueError(
                f"frame {sample.frame} of clip {sample.clip} comes without the frames before it, "
                "but TPAVI needs whole clips; set batch_sampler=dict(type='avs_mm."
                "ClipBatchSampler') in the data loader"
            )
        expected = (sample.clip, sample.frame + 1)
    return torch.tensor(numbers)
