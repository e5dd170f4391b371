"""Models that tell objects apart, stage 1 and 2: one frame's candidates serve any sounds."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample

from avs_mm.apis.arrays_as_loaded import checked_waveform
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
    waveforms: Sequence[np.ndarray | None],
    *,
    num_samples: int,
) -> list[SegDataSample]:
    """Predict which candidates sound; the images are not touched.

    Args:
        candidates: Of each image, at its size, on any device.
        waveforms: The sound of each image, (num_samples,); None of each for stage 1.

    Returns:
        A sample an image, on the CPU, as a call of ``AVSInferencer``.

    Raises:
        ValueError: A waveform has another form.
    """
    device = next(model.parameters()).device
    sizes = [tuple(found.masks.shape[-2:]) for found in candidates]
    samples = [SegDataSample(metainfo={"ori_shape": size, "img_shape": size}) for size in sizes]
    sounds = [
        checked_waveform(waveform, num_samples=num_samples)
        for waveform in waveforms
        if waveform is not None
    ]
    inputs = {"audio": torch.from_numpy(np.stack(sounds)).to(device)} if sounds else {}
    on_device = [found.to(device) for found in candidates]
    return [sample.cpu() for sample in model.predict_with_audio(on_device, inputs, samples)]
