"""Which frames of a batch belong together: the data samples say it."""

from collections.abc import Sequence

import torch
from mmseg.structures import SegDataSample
from torch import Tensor

__all__ = ["clip_numbers"]


def clip_numbers(
    data_samples: Sequence[SegDataSample], *, attended_frames: int | None = None
) -> Tensor:
    """Number the clips of a batch, int (F,) from 0 on, by the samples' ``clip`` and ``frame``.

    A clip begins with its frame 0. Frames that say no clip are one.

    Args:
        attended_frames: After so many frames of a clip a new number begins; None: with a new clip
            alone.

    Raises:
        ValueError: A frame does not follow the one before it: the batch has cut a clip.
    """
    length = attended_frames or len(data_samples)
    if not any("clip" in sample for sample in data_samples):
        return torch.arange(len(data_samples)) // length
    numbers: list[int] = []
    expected: tuple[str, int] | None = None
    for sample in data_samples:
        position = (sample.clip, sample.frame)
        if sample.frame == 0 or (position == expected and sample.frame % length == 0):
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
