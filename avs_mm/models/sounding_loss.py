"""The loss between the sounding map and the mask of what sounds (paper, Eq. 6)."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.sounding_map import objects_of

__all__ = ["sounding_loss"]


def sounding_loss(
    maps: Tensor,
    candidates: Sequence[InstanceData],
    data_samples: Sequence[SegDataSample],
    *,
    unmatched_objects_sound: bool,
) -> Tensor:
    """Compute the binary cross-entropy between S_asl and ``gt_sounding_mask`` (Eq. 6), in fp32.

    Args:
        maps: S_asl (B, H, W) in [0, 1].
        candidates: Of each frame, at the maps' size.
        unmatched_objects_sound: Whether the candidates of a sample's ``unmatched_categories`` sound
            too, labelled or not (beyond the paper).
    """
    target = torch.cat([sample.gt_sounding_mask.data for sample in data_samples])
    if unmatched_objects_sound:
        unmatched = [
            objects_of(frame_candidates, sample.get("unmatched_categories", ()))
            for frame_candidates, sample in zip(candidates, data_samples, strict=True)
        ]
        target = target.bool() | torch.stack(unmatched)
    # Cross-entropy of probabilities is not defined in half precision.
    with torch.autocast(device_type=maps.device.type, enabled=False):
        return F.binary_cross_entropy(maps.float(), target.float())
