"""Samples of a data set as a model gets them: image, sound and annotation in one image."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from mmengine.registry import init_default_scope

from avs_mm.evaluation.metrics.sample_fields import category_regions
from avs_mm.launch import read_config
from avs_mm.output_file import write_image
from avs_mm.registry import DATASETS
from avs_mm.visualization.annotation import draw_annotation
from avs_mm.visualization.drawing import WHITE
from avs_mm.visualization.waveform import draw_sound

__all__ = ["build_dataset", "draw_sample", "image_of", "spread_indices", "write_samples"]

HEADER = 20  # pixels


def build_dataset(config: str | Path, split: str, overrides: Mapping[str, Any]) -> Any:
    """Build the data set of a config's train, val or test loader.

    Args:
        overrides: Of the config, by dotted keys.

    Raises:
        FileNotFoundError: There is no such config, or files of the data are missing.
        ValueError: The config has no such loader.
    """
    settings = read_config(config, overrides)
    init_default_scope(settings.get("default_scope", "mmseg"))
    loader = settings.get(f"{split}_dataloader")
    if loader is None:
        raise ValueError(f"{config}: has no {split}_dataloader; choose another --split")
    return DATASETS.build(loader.dataset)


def write_samples(dataset: Any, folder: str | Path, *, number: int = 0) -> Iterator[np.ndarray]:
    """Write images of samples that are spread over a data set, and yield each, RGB.

    Args:
        folder: Gets INDEX_CLIP_FRAME.png of each.
        number: Of samples; 0 for all.
    """
    for index in spread_indices(len(dataset), number):
        item = dataset[index]
        sample = item["data_samples"]
        image = draw_sample(item, dataset.metainfo)
        name = f"{index:05d}_{sample.get('clip', 'sample')}_{sample.get('frame', 0)}.png"
        write_image(Path(folder, name), image)
        yield image


def spread_indices(length: int, number: int) -> list[int]:
    """Return up to ``number`` indices, from the first to the last; all of them if it is 0."""
    count = min(number or length, length)
    return np.linspace(0, length - 1, count).round().astype(int).tolist()


def image_of(item: Mapping[str, Any]) -> np.ndarray:
    """Return the image of a packed sample, RGB uint8 (H, W, 3)."""
    return np.ascontiguousarray(item["inputs"]["img"].numpy()[::-1].transpose(1, 2, 0))


def draw_sample(item: Mapping[str, Any], metainfo: Mapping[str, Any]) -> np.ndarray:
    """Draw a packed sample: what sounds is filled, silent objects are outlined, below is the sound.

    Args:
        item: ``inputs`` (``img``, BGR uint8 (3, H, W), and maybe ``audio`` (N,)) and
            ``data_samples``, of ``PackAVSInputs``.
        metainfo: ``classes`` and ``palette`` of the data set.

    Returns:
        RGB uint8 (H + 20, W, 3): names, those of silent objects in brackets, the audio condition
        and the clip above the image.
    """
    inputs, sample = item["inputs"], item["data_samples"]
    classes, palette = metainfo["classes"], metainfo["palette"]
    image = draw_annotation(
        image_of(item), sample, classes=classes, palette=palette, labelled=False
    )
    if "audio" in inputs:
        image = draw_sound(image, inputs["audio"].numpy(), time=sample.get("frame", 0) + 1.0)

    sounding, silent = (
        [classes[category] for category in category_regions(sample, field)[0]]
        for field in ("gt_sem_seg", "gt_silent_map")
    )
    condition = sample.get("audio_condition", "no sound")
    words = [*sounding, *(f"({name})" for name in silent), f"[{condition}]", sample.get("clip", "")]
    header = np.zeros((HEADER, image.shape[1], 3), np.uint8)
    font = cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(header, " ".join(words), (3, 14), font, 0.4, WHITE, 1, cv2.LINE_AA)
    return np.concatenate([header, image])
