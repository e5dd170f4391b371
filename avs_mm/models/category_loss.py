"""A loss on the audio's category scores where a data set names what sounds (beyond the paper)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.datasets.category_maps import categories_in

__all__ = ["category_loss", "check_category_loss_weight", "sounding_categories"]


def check_category_loss_weight(weight: float, activation: str) -> None:
    """Refuse a negative weight, or one with "softmax", with a ValueError."""
    if weight < 0 or (weight and activation == "softmax"):
        raise ValueError(
            "category_loss_weight is at least 0, and 0 with audio_activation='softmax', which "
            f"cannot say that nothing sounds; it is {weight}"
        )


def category_loss(category_scores: Tensor, data_samples: Sequence[SegDataSample]) -> Tensor:
    """Compute the binary cross-entropy between p and what is known to sound, a mean over both axes.

    Unlike Eq. 6 it reaches categories of which stage 1 has found no candidate.

    Args:
        category_scores: p (B, K) in [0, 1].

    Raises:
        ValueError: a sample has no category map.
    """
    target = sounding_categories(data_samples, num_classes=category_scores.shape[1])
    scores = category_scores.float()
    with torch.autocast(device_type=scores.device.type, enabled=False):
        return F.binary_cross_entropy(scores, target.to(scores))


def sounding_categories(data_samples: Sequence[SegDataSample], *, num_classes: int) -> Tensor:
    """Tell which categories sound: those of the category map and ``unmatched_categories``.

    Returns:
        bool (B, K).

    Raises:
        ValueError: a sample has no category map.
    """
    sounding = torch.zeros(len(data_samples), num_classes, dtype=torch.bool)
    for row, sample in zip(sounding, data_samples, strict=True):
        if "gt_sem_seg" not in sample:
            raise ValueError(
                f"{sample.get('img_path')}: category_loss_weight needs the category of every mask, "
                "and this frame has none: give MS3 the folder of AVSBench-semantic as the "
                "dataset's semantic_root, or set category_loss_weight=0"
            )
        row[categories_in(sample.gt_sem_seg.data).tolist()] = True
        row[list(sample.get("unmatched_categories", ()))] = True
    return sounding
