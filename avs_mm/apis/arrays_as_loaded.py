"""Images and sounds in memory in the place of the loading steps of a config's pipeline."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.config import Config, ConfigDict

from avs_mm.datasets import LoadAudio
from avs_mm.media import SAMPLE_RATE

__all__ = [
    "as_loaded",
    "checked_waveform",
    "dataset_with_pipeline",
    "seconds_before_of",
    "sounds_of",
    "without_loading",
]


def dataset_with_pipeline(config: Config) -> ConfigDict:
    """Return the config of the test data, whose pipeline prepares the images.

    Raises:
        ValueError: The config has none.
    """
    dataset: ConfigDict = config.get("test_dataloader", {}).get("dataset", {})
    if "pipeline" not in dataset:
        raise ValueError(
            f"{config.filename}: has no test_dataloader.dataset.pipeline, which prepares the "
            "images; add one, as in configs/_base_/s4.py"
        )
    return dataset


def without_loading(pipeline: Sequence[dict]) -> list[dict]:
    """Leave out the steps that load: those of any project have names that begin with Load."""
    return [step for step in pipeline if not _bare_type(step).startswith("Load")]


def seconds_before_of(pipeline: Sequence[dict]) -> float:
    """Return the seconds of sound that a pipeline loads before each frame's own."""
    loading = [step for step in pipeline if _bare_type(step) == LoadAudio.__name__]
    return float(loading[0].get("seconds_before", 0.0)) if loading else 0.0


def sounds_of(
    images: Sequence[Any], waveforms: Sequence[np.ndarray] | None, *, uses_sound: bool
) -> Sequence[np.ndarray | None]:
    """Return the waveform of each image, or None of each where none are given and needed.

    Raises:
        ValueError: They are needed and missing, or their number is not that of the images.
    """
    if waveforms is None and uses_sound:
        raise ValueError("this model uses sound: give one second of sound for every image")
    if waveforms is not None and len(waveforms) != len(images):
        raise ValueError(
            f"{len(images)} images, but {len(waveforms)} waveforms; give one for every image"
        )
    return [None] * len(images) if waveforms is None else waveforms


def as_loaded(
    image: np.ndarray, waveform: np.ndarray | None, *, num_samples: int
) -> dict[str, Any]:
    """Return what the loading transforms would: a BGR image, its size, its sound."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"an image must be RGB uint8 (H, W, 3), not {image.dtype} {image.shape}")
    size = image.shape[:2]
    results = {"img": image[..., ::-1].copy(), "img_shape": size, "ori_shape": size}
    if waveform is not None:
        results["audio"] = checked_waveform(waveform, num_samples=num_samples)
    return results


def checked_waveform(waveform: np.ndarray, *, num_samples: int) -> np.ndarray:
    """Return the sound of a frame as float32.

    Raises:
        ValueError: It has another shape than (num_samples,).
    """
    if waveform.shape != (num_samples,):
        length = "one second" if num_samples == SAMPLE_RATE else f"{num_samples / SAMPLE_RATE:g} s"
        raise ValueError(
            f"a waveform must be {length} of 16 kHz mono, ({num_samples},), not "
            f"{waveform.shape}; resample it, cut it or pad it"
        )
    return np.asarray(waveform, dtype=np.float32)


def _bare_type(step: dict) -> str:
    """Return a transform's name without its scope."""
    kind = step["type"]
    return str(getattr(kind, "__name__", kind)).rsplit(".", 1)[-1]
