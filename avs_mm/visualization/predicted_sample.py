"""A prediction beside its annotation, over the sound that it was made for."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmseg.structures import SegDataSample

from avs_mm.visualization.annotation import draw_annotation
from avs_mm.visualization.drawing import draw_candidates
from avs_mm.visualization.waveform import draw_sound

__all__ = ["draw_predicted_sample"]

LEAST_STRIP = 18  # pixels, as many as `draw_sound` takes of a low image


def draw_predicted_sample(
    image: np.ndarray,
    sample: SegDataSample,
    waveform: np.ndarray | None,
    *,
    metainfo: Mapping[str, Any],
) -> np.ndarray:
    """Draw the candidates at the left, the annotation at the right and the sound below.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
        sample: Prediction of this image, with its annotation, on the CPU.
        waveform: (N,) in [-1, 1], oldest sample first; None draws no strip.
        metainfo: ``classes`` and ``palette`` of the data set.

    Returns:
        RGB uint8 (H + strip, 2 W, 3); the strip is of a ninth of H, at least 18 pixels.
    """
    names = {"classes": metainfo["classes"], "palette": metainfo["palette"]}
    halves = [draw_candidates(image, sample, **names), draw_annotation(image, sample, **names)]
    picture = np.concatenate(halves, axis=1)
    if waveform is None:
        return picture
    strip = max(LEAST_STRIP, round(image.shape[0] / 9))
    canvas = np.pad(picture, ((0, strip), (0, 0), (0, 0)))
    return draw_sound(canvas, waveform, time=sample.get("frame", 0) + 1.0)
