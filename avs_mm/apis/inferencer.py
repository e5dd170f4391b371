"""Ask a trained model about images and sounds that are in memory."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import DATASETS, init_default_scope
from mmseg.structures import SegDataSample

from avs_mm.datasets import LoadAudio
from avs_mm.datasets.categories import check_number
from avs_mm.launch import read_config
from avs_mm.media import SAMPLE_RATE
from avs_mm.models import AVSC
from avs_mm.trained_model import build_trained_model

__all__ = ["AVSInferencer"]


class AVSInferencer:
    """Segment what sounds in a frame, given the second of sound that ends in it.

    Not a ``BaseInferencer``: that one takes files or images alone, loads a checkpoint without
    refusing what does not fit, and returns a visualisation; here a frame and its sound are arrays,
    a checkpoint fits or is an error, and drawing is a function apart.

    Args:
        config: Config of stage 1 or of stage 2, or its path.
        checkpoint: File that ``tools/train.py`` wrote with this config, or the work dir it is in;
            none for configs/zero_shot.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        batch_size: Frames that the network sees at once.

    Attributes:
        classes: Names of the K categories: the checkpoint's, else those of the config's dataset.
        palette: K colours, RGB in [0, 255].
        uses_sound: Whether the model does; False for stage 1.
        seconds_before: Of sound that the model is given beside the second that ends in a frame.

    Raises:
        FileNotFoundError: There is no config or checkpoint of this name.
        ValueError: The checkpoint is damaged, or not one of this config.
    """

    def __init__(
        self,
        config: str | Path | Config,
        checkpoint: str | Path | None = None,
        *,
        device: str | None = None,
        batch_size: int = 8,
    ) -> None:
        if not isinstance(config, Config):
            config = read_config(config)
        init_default_scope(config.get("default_scope", "mmseg"))
        self.batch_size = batch_size

        # Frames and sounds come as arrays: the loading steps of the test pipeline fall away.
        dataset = config.get("test_dataloader", {}).get("dataset", {})
        if "pipeline" not in dataset:
            raise ValueError(
                f"{config.filename}: has no test_dataloader.dataset.pipeline, which prepares the "
                "images; add one, as in configs/_base_/s4.py"
            )
        steps = [step for step in dataset.pipeline if not _bare_type(step).startswith("Load")]
        self.pipeline = Compose(steps)
        self.seconds_before = _seconds_before(dataset.pipeline)

        self.model = build_trained_model(config, checkpoint, device=device)
        self.uses_sound = isinstance(self.model, AVSC)
        categories = self.model.dataset_meta
        if not categories.get("classes"):
            categories = DATASETS.build({**dataset, "lazy_init": True}).metainfo
            number = getattr(self.model, "num_classes", None)
            check_number(categories["classes"], number, source=f"{config.filename}: its test data")
        self.classes: list[str] = list(categories["classes"])
        self.palette: list[list[int]] = [list(colour) for colour in categories["palette"]]

    @property
    def num_samples(self) -> int:
        """Length of the sound of a frame, at 16 kHz."""
        return round((1 + self.seconds_before) * SAMPLE_RATE)

    def __call__(
        self, images: Sequence[np.ndarray], waveforms: Sequence[np.ndarray] | None = None
    ) -> list[SegDataSample]:
        """Predict what sounds in every image.

        Args:
            images: RGB uint8 (H, W, 3) each, of any sizes.
            waveforms: The second of sound of each image, (16000,) in [-1, 1], 16 kHz mono, with
                ``seconds_before`` before it. Stage 1 does without.

        Returns:
            A sample an image, on the CPU and at the image's size, with ``pred_sounding_map``
            (1, H, W) in [0, 1], ``pred_sem_seg`` (1, H, W), 255 where nothing sounds, and
            ``pred_instances``: the n candidates' ``masks``, ``labels``, ``scores`` and, in stage 2,
            ``audio_scores``.

        Raises:
            ValueError: An image or a waveform has another form, or a waveform is missing.
        """
        if waveforms is None and self.uses_sound:
            raise ValueError("this model uses sound: give one second of sound for every image")
        if waveforms is not None and len(waveforms) != len(images):
            raise ValueError(
                f"{len(images)} images, but {len(waveforms)} waveforms; give one for every image"
            )
        sounds = [None] * len(images) if waveforms is None else waveforms

        samples: list[SegDataSample] = []
        for start in range(0, len(images), self.batch_size):
            chosen = slice(start, start + self.batch_size)
            batch = [
                self.pipeline(_as_loaded(image, sound, num_samples=self.num_samples))
                for image, sound in zip(images[chosen], sounds[chosen], strict=True)
            ]
            with torch.no_grad():
                predictions = self.model.test_step(pseudo_collate(batch))
            samples.extend(prediction.cpu() for prediction in predictions)
        return samples


def _bare_type(step: dict) -> str:
    """Return a transform's name without its scope: any project's loading steps begin with Load."""
    kind = step["type"]
    return str(getattr(kind, "__name__", kind)).rsplit(".", 1)[-1]


def _seconds_before(pipeline: Sequence[dict]) -> float:
    loading = [step for step in pipeline if _bare_type(step) == LoadAudio.__name__]
    return float(loading[0].get("seconds_before", 0.0)) if loading else 0.0


def _as_loaded(
    image: np.ndarray, waveform: np.ndarray | None, *, num_samples: int
) -> dict[str, Any]:
    """Return what the loading transforms would: a BGR image, its size, its sound."""
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f"an image must be RGB uint8 (H, W, 3), not {image.dtype} {image.shape}")
    size = image.shape[:2]
    results = {"img": image[..., ::-1].copy(), "img_shape": size, "ori_shape": size}
    if waveform is not None:
        if waveform.shape != (num_samples,):
            length = "one second" if num_samples == SAMPLE_RATE else f"{num_samples / 16000:g} s"
            raise ValueError(
                f"a waveform must be {length} of 16 kHz mono, ({num_samples},), not "
                f"{waveform.shape}; resample it, cut it or pad it"
            )
        results["audio"] = np.asarray(waveform, dtype=np.float32)
    return results
