"""Prediction in two steps: encode the images once, then predict under any number of sounds."""

from typing import Any, Protocol

from mmengine.model import BaseDataPreprocessor
from mmseg.structures import SegDataSample
from torch import Tensor

__all__ = ["AudioVisualModel", "check_two_steps"]


class AudioVisualModel(Protocol):
    """A model whose image encoding does not depend on the sound."""

    data_preprocessor: BaseDataPreprocessor

    def eval(self) -> Any: ...

    def encode_images(self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]) -> Any:
        """Return everything that needs no sound."""

    def predict_with_audio(
        self, encoding: Any, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[SegDataSample]:
        """Predict under ``inputs["audio"]`` (B, N), and leave ``encoding`` as it is."""


def check_two_steps(model: Any) -> None:
    """Refuse a model that cannot predict in two steps.

    Raises:
        ValueError: It has no ``encode_images`` or no ``predict_with_audio``.
    """
    methods = ("encode_images", "predict_with_audio")
    if not all(callable(getattr(model, name, None)) for name in methods):
        raise ValueError(
            f"{type(model).__name__} has no encode_images and predict_with_audio, by which one "
            "image is encoded once and predicted under several sounds; add them, as avs_mm.AVSC "
            "has them, or use tools/test.py"
        )
