"""Images and sounds in memory in the place of the loading steps of a config's pipeline."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from avs_mm.datasets import LoadAudio
from avs_mm.media import SAMPLE_RATE

__all__ = ["as_loaded", "bare_type", "seconds_before_of"]


def bare_type(step: dict) -> str:
    """Return a transform's name without its scope: any project's loading steps begin with Load."""
    kind = step["type"]
    return str(getattr(kind, "__name__", kind)).rsplit(".", 1)[-1]


def seconds_before_of(pipeline: Sequence[dict]) -> float:
    """Return the seconds of sound that a pipeline loads before each frame's own."""
    loading = [step for step in pipeline if bare_type(step) == LoadAudio.__name__]
    return float(loading[0].get("seconds_before", 0.0)) if loading else 0.0


def as_loaded(
    image: np.ndarray, waveform: np.ndarray | None, *, num_samples: int
) -> dict[str, Any]:
    """Return what the loading transforms would: a BGR image, its size, its sound."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"an image must be RGB uint8 (H, W, 3), not {image.dtype} {image.shape}")
    size = image.shape[:2]
    results = {"img": image[..., ::-1].copy(), "img_shape": size, "ori_shape": size}
    if waveform is not None:
        if waveform.shape != (num_samples,):
            length = (
                "one second" if num_samples == SAMPLE_RATE else f"{num_samples / SAMPLE_RATE:g} s"
            )
            raise ValueError(
                f"a waveform must be {length} of 16 kHz mono, ({num_samples},), not "
                f"{waveform.shape}; resample it, cut it or pad it"
            )
        results["audio"] = np.asarray(waveform, dtype=np.float32)
    return results
