"""A segmentor over a stage 1 that it never trains."""

from pathlib import Path
from typing import Any

from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from torch import Tensor
from typing_extensions import Self

from avs_mm.checkpoint import find_checkpoint, load_strictly
from avs_mm.models.audio_visual_segmentor import AudioVisualSegmentor
from avs_mm.registry import MODELS

__all__ = ["FrozenStage1Segmentor"]


class FrozenStage1Segmentor(AudioVisualSegmentor):
    """Holds stage 1, frozen and in evaluation mode, and encodes images as its candidates.

    Args:
        segmentor: Config of stage 1.
        stage1: Its checkpoint or work dir, read by `init_weights`; it must fit strictly.
        segmentor_of_mmseg: Arguments of ``AudioVisualSegmentor``.
    """

    def __init__(self, *, segmentor: dict, stage1: str | None, **segmentor_of_mmseg: Any) -> None:
        super().__init__(**segmentor_of_mmseg)
        self.stage1_categories: tuple[str, ...] | None = None  # by its checkpoint or vocabulary
        self.segmentor = MODELS.build(segmentor).requires_grad_(False)
        self.num_classes = self.segmentor.num_classes
        self.stage1 = stage1

    def init_weights(self) -> None:
        """Load stage 1 or, without ``stage1``, initialise it.

        Raises:
            ValueError: stage 1 does not fit, or `check_stage1` refuses its categories.
        """
        if self.stage1 is None:
            self.segmentor.init_weights()
            return
        path = find_checkpoint(self.stage1)
        categories = load_strictly(self.segmentor, path).get("dataset_meta", {}).get("classes")
        if categories:
            self.check_stage1(categories, path)
        self.stage1_categories = categories or self.stage1_categories

    def check_stage1(self, categories: tuple[str, ...], path: Path) -> None:
        """Refuse a checkpoint of stage 1 by the categories that it names."""

    def train(self, mode: bool = True) -> Self:
        """Set the mode of what is trained; stage 1 stays in evaluation mode."""
        super().train(mode)
        self.segmentor.eval()
        return self

    def extract_feat(self, inputs: dict[str, Tensor]) -> tuple[Tensor, ...]:
        """Return the maps of stage 1's backbone."""
        return self.segmentor.extract_feat(inputs)

    def encode_images(
        self, inputs: dict[str, Tensor], data_samples: list[SegDataSample]
    ) -> list[InstanceData]:
        """Return each frame's candidates at the original size: all that needs no sound."""
        return self.segmentor.encode_images(inputs, data_samples)
