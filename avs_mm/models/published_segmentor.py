"""A segmentor of the Hugging Face hub as stage 1: MaskFormer or Mask2Former with Swin."""

from pathlib import Path
from typing import Any, Literal

from avs_mm.checkpoint import load_strictly
from avs_mm.models.potential_object_segmentor import PotentialObjectSegmentor
from avs_mm.registry import MODELS
from avs_mm.weights.hf_architecture import architecture, categories_of, read_architecture
from avs_mm.weights.hub import find_weight_file

__all__ = ["PublishedSegmentor"]


@MODELS.register_module()
class PublishedSegmentor(PotentialObjectSegmentor):
    """MaskFormer or Mask2Former of the hub in mmseg's parts, its architecture read from its files.

    The weights are read when ``init_weights`` is called, or come with a checkpoint of AVSC.

    Args:
        weights: Name in docs/weights.md, such as "mask2former-swin-base-coco-panoptic", or a file
            of weights with its ``config.json`` beside it.
        selection: "panoptic", or "instance" for a network trained so; see
            ``PotentialObjectSegmentor``.
        score_threshold: Least score of a candidate; 0.5 is the published code's.
        segmentor: Further arguments of ``PotentialObjectSegmentor``.

    Attributes:
        categories: Their names, of the K that the file knows.

    Raises:
        FileNotFoundError, ImportError: As ``avs_mm.weights.get``.
        ValueError: The network is of another kind.
    """

    def __init__(
        self,
        *,
        weights: str | Path,
        selection: Literal["panoptic", "instance", "paper"] = "panoptic",
        score_threshold: float = 0.5,
        **segmentor: Any,
    ) -> None:
        file = find_weight_file(weights)
        published = read_architecture(file.parent / "config.json")
        super().__init__(
            selection=selection,
            score_threshold=score_threshold,
            from_scratch=True,  # no warning: init_weights brings the weights
            **architecture(published),
            **segmentor,
        )
        self.weights = file
        self.categories = categories_of(published)

    def init_weights(self) -> None:
        """Load the published weights; a file that does not fit is a ValueError."""
        load_strictly(self, self.weights)
