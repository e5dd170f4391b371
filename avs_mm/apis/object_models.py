"""Models that tell objects apart, stage 1 and 2: one frame's candidates serve any sounds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample

from avs_mm.models import AVSC, PotentialObjectSegmentor

__all__ = ["check_tells_objects", "predict_under_sounds"]


def check_tells_objects(model: Any) -> None:
    """Refuse a model that has no candidates.

    Raises:
        ValueError: It predicts no objects, as TPAVI.
    """
    if not isinstance(model, AVSC | PotentialObjectSegmentor):
        raise ValueError(
            "this model marks what sounds without telling objects apart; give one of stage 1 "
            "or stage 2. tools/test.py --out DIR writes the masks of every one"
        )


def predict_under_sounds(
    model: AVSC | PotentialObjectSegmentor,
    candidates: Sequence[InstanceData],
    waveforms: Sequence[np.ndarray],
) -> list[SegDataSample]:
    """Predict which candidates sound; the images are not touched.

    Args:
        candidates: Of each image, at its size, on any device.
        waveforms: The sound of each image, (N,); stage 1 does without.

    Returns:
        A sample an image, on the CPU, as a call of ``AVSInferencer``.
    """
    device = next(model.parameters()).device
    sizes = [tuple(found.masks.shape[-2:]) for found in candidates]
    samples = [SegDataSample(metainfo={"ori_shape": size, "img_shape": size}) for size in sizes]
    inputs = {"audio": torch.from_numpy(np.stack(waveforms)).to(device)} if len(waveforms) else {}
    on_device = [found.to(device) for found in candidates]
    return [sample.cpu() for sample in model.predict_with_audio(on_device, inputs, samples)]
