"""Prediction in two steps: the images are encoded once, and serve any number of sounds."""

from typing import Any, Protocol

from mmengine.model import BaseDataPreprocessor
from mmseg.structures import SegDataSample
from torch import Tensor

__all__ = [
    "AudioVisualModel",
    "check_two_steps",
    "predict_in_two_steps",
    "require_audio",
    "samples_of",
]

STEPS = ("encode_images", "predict_with_audio")


class AudioVisualModel(Protocol):
    """A model whose visual and audio sides stand apart, as ``AVSC``'s.

    So the expensive side, the visual one, runs once however many sounds are tried. Stage 1, TPAVI
    and the sound localisers are such models, too.
    """

    data_preprocessor: BaseDataPreprocessor

    def eval(self) -> Any: ...

    def encode_images(self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]) -> Any:
        """Return all that needs no sound, of ``inputs["img"]`` (B, 3, H, W)."""

    def predict_with_audio(
        self, encoding: Any, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[SegDataSample]:
        """Add the predictions under ``inputs["audio"]`` (B, N) to the samples.

        ``encoding``, of `encode_images`, stays as it is.
        """


def check_two_steps(model: Any) -> None:
    """Refuse a model that does not predict in two steps.

    Raises:
        ValueError: it lacks a method of ``AudioVisualModel``.
    """
    if not all(callable(getattr(model, name, None)) for name in STEPS):
        raise ValueError(
            f"{type(model).__name__} has no {' and '.join(STEPS)}, by which images are encoded "
            "once and predicted under several sounds; add them, as avs_mm.AVSC has them, or use "
            "tools/test.py"
        )


def predict_in_two_steps(
    model: AudioVisualModel,
    inputs: dict[str, Tensor],
    data_samples: list[SegDataSample] | None,
) -> list[SegDataSample]:
    """Take both steps for one sound: mmseg's ``predict`` of an ``AudioVisualModel``."""
    data_samples = samples_of(inputs, data_samples)
    encoding = model.encode_images(inputs, data_samples)
    return model.predict_with_audio(encoding, inputs, data_samples)


def samples_of(
    inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None
) -> list[SegDataSample]:
    """Return the batch's samples, or new ones of the images' own size where none are given."""
    if data_samples is not None:
        return data_samples
    shape = tuple(inputs["img"].shape[-2:])
    return [SegDataSample(metainfo={"ori_shape": shape, "img_shape": shape}) for _ in inputs["img"]]


def require_audio(inputs: dict[str, Tensor], model: Any) -> Tensor:
    """Return the waveforms (B, N) of a batch.

    Raises:
        ValueError: there are none; the message names the model and what the pipeline lacks.
    """
    if "audio" not in inputs:
        raise ValueError(
            f"{type(model).__name__} needs inputs['audio']: put avs_mm.LoadAudio into the "
            "pipeline, before avs_mm.PackAVSInputs."
        )
    return inputs["audio"]
