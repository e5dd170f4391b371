"""Normalise the frames and stack the sounds of a batch."""

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import PixelData
from mmseg.models import SegDataPreProcessor

from avs_mm.registry import MODELS

__all__ = ["AVSDataPreProcessor"]

# Of ImageNet's images, RGB in [0, 255]: all backbones here were trained on such input.
MEAN = (123.675, 116.28, 103.53)
STD = (58.395, 57.12, 57.375)


@MODELS.register_module()
class AVSDataPreProcessor(SegDataPreProcessor):
    """mmseg's ``SegDataPreProcessor`` for ``inputs=dict(img=..., audio=...)``.

    ``img`` is treated as mmseg treats an image; ``audio``, where it is loaded, is stacked to (B, N)
    and left in [-1, 1]. The defaults are ImageNet's normalisation of the BGR images that the
    pipeline loads, and training frames padded to multiples of 32, the largest stride.

    Args:
        mean, std: Of RGB in [0, 255].
        segmentation: Further arguments of ``SegDataPreProcessor``.
    """

    def __init__(
        self,
        *,
        mean: Sequence[float] | None = MEAN,
        std: Sequence[float] | None = STD,
        bgr_to_rgb: bool = True,
        size_divisor: int | None = 32,
        **segmentation: Any,
    ) -> None:
        super().__init__(
            mean=mean, std=std, bgr_to_rgb=bgr_to_rgb, size_divisor=size_divisor, **segmentation
        )

    def forward(self, data: dict[str, Any], training: bool = False) -> dict[str, Any]:
        """Return ``inputs`` with ``img`` (B, 3, H, W) and, if given, ``audio`` (B, N)."""
        data = self.cast_data(data)
        inputs = data["inputs"]
        packed = super().forward({**data, "inputs": list(inputs["img"])}, training)
        images = packed["inputs"]
        for sample in packed["data_samples"] or []:
            if training and "gt_sounding_mask" in sample:
                sample.gt_sounding_mask = _pad_to(sample.gt_sounding_mask, images.shape[-2:])
        batch = {"img": images}
        if "audio" in inputs:
            batch["audio"] = torch.stack(list(inputs["audio"]))
        return {"inputs": batch, "data_samples": packed["data_samples"]}


def _pad_to(mask: PixelData, size: torch.Size) -> PixelData:
    # mmseg pads the images and ``gt_sem_seg`` on the right and at the bottom; nothing sounds there.
    height, width = mask.data.shape[-2:]
    return PixelData(data=F.pad(mask.data, (0, size[1] - width, 0, size[0] - height)))
