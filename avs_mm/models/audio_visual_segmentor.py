"""What AVSC, TPAVI and the sound localisers share as segmentors of mmseg."""

from abc import abstractmethod
from typing import Any

from mmseg.models import BaseSegmentor
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.models.two_step_prediction import predict_in_two_steps, samples_of

__all__ = ["AudioVisualSegmentor"]


class AudioVisualSegmentor(BaseSegmentor):
    """A segmentor that mmseg's ``init_model`` builds, and that predicts in two steps.

    Args:
        data_preprocessor: Config of an ``AVSDataPreProcessor``.
        pretrained, train_cfg: Always None: mmseg's ``init_model`` sets them so in every config.

    Raises:
        ValueError: ``pretrained`` or ``train_cfg`` is something else.
    """

    def __init__(
        self,
        *,
        data_preprocessor: dict | None = None,
        pretrained: None = None,
        train_cfg: None = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor)
        if pretrained is not None or train_cfg is not None:
            raise ValueError(
                f"{type(self).__name__} has no pretrained or train_cfg: give the weights that its "
                "docstring names, or load a checkpoint"
            )

    @abstractmethod
    def encode_images(self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]) -> Any:
        """Return all that needs no sound, as of an ``AudioVisualModel``."""

    @abstractmethod
    def predict_with_audio(
        self, encoding: Any, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[SegDataSample]:
        """Add the predictions under ``inputs["audio"]``, as of an ``AudioVisualModel``."""

    def predict(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> list[SegDataSample]:
        """Add what `predict_with_audio` adds, for one sound an image."""
        return predict_in_two_steps(self, inputs, data_samples)

    def _forward(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample] | None = None
    ) -> Tensor:
        return self.encode_decode(inputs, samples_of(inputs, data_samples))
