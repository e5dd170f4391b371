"""Packs an image, its second of sound and its masks for the model."""

from collections.abc import Sequence

import numpy as np
import torch
from mmengine.structures import PixelData
from mmseg.datasets import PackSegInputs

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.registry import TRANSFORMS

__all__ = ["PackAVSInputs"]

IMAGE_KEYS = (
    "img_path",
    "seg_map_path",
    "ori_shape",
    "img_shape",
    "pad_shape",
    "scale_factor",
    "flip",
    "flip_direction",
)
AUDIO_KEYS = (
    *("clip", "video_id", "video_categories", "frame", "second", "subset", "part", "category"),
    *("audio_path", "audio_condition", "audio_augmented", "unmatched_categories"),
)
DATASET_KEYS = ("sample_idx",)  # by which distributed metrics count every sample once


@TRANSFORMS.register_module()
class PackAVSInputs(PackSegInputs):
    """mmseg's ``PackSegInputs`` with ``inputs=dict(img=..., audio=...)``.

    ``inputs["img"]`` is uint8 (3, H, W); ``inputs["audio"]`` float32 (N,) (of two channels where
    they were asked for), absent where no sound was loaded. The ``SegDataSample`` holds
    ``gt_sounding_mask`` uint8 (1, H, W) and, where they are known, ``gt_sem_seg``,
    ``gt_silent_map``, ``gt_teacher_map``, ``gt_ignore_mask`` and ``gt_instance_map`` int64
    (1, H, W).

    Args:
        meta_keys: Of ``results``; those that are there become the sample's metainfo.

    Raises:
        ValueError: A transform changed the image but not all of the masks.
    """

    def __init__(
        self, *, meta_keys: Sequence[str] = IMAGE_KEYS + AUDIO_KEYS + DATASET_KEYS
    ) -> None:
        super().__init__(meta_keys=tuple(meta_keys))

    def transform(self, results: dict) -> dict:
        """Return ``inputs`` and ``data_samples``."""
        packed = super().transform(results)
        inputs, sample = {"img": packed["inputs"]}, packed["data_samples"]
        if "audio" in results:
            inputs["audio"] = torch.from_numpy(results["audio"])
        if "gt_sounding_mask" in results:
            # Padding is 255 in every field; nothing sounds there.
            mask = (results["gt_sounding_mask"] == 1).view(np.uint8)
            _check_masks(mask, results)
            sample.gt_sounding_mask = PixelData(data=torch.from_numpy(mask[None]))
        for field in ("gt_silent_map", "gt_teacher_map", "gt_ignore_mask", "gt_instance_map"):
            if field in results:
                labels = results[field][None].astype(np.int64)
                setattr(sample, field, PixelData(data=torch.from_numpy(labels)))
        return {"inputs": inputs, "data_samples": sample}


def _check_masks(mask: np.ndarray, results: dict) -> None:
    """Find transforms that know ``gt_seg_map`` only: their flips would go unnoticed."""
    sizes = [tuple(results[key][:2]) for key in ("img_shape", "ori_shape") if key in results]
    agree = not sizes or mask.shape in sizes
    if agree and "gt_seg_map" in results:
        categories = results["gt_seg_map"]
        agree = np.array_equal(categories != BACKGROUND, mask.view(bool))
    if agree and "gt_instance_map" in results:
        numbers = results["gt_instance_map"]
        labelled = (numbers > 0) & (numbers != BACKGROUND)  # 255 is padding here, too
        agree = np.array_equal(labelled, mask.view(bool))
    if not agree:
        raise ValueError(
            f"{results.get('img_path')}: its masks no longer fit each other or the image; use "
            "transforms that treat all of seg_fields (mmseg.Resize, mmseg.RandomFlip, ...), as "
            "those of mmcv and mmdet change gt_seg_map alone"
        )
