"""Mask2Former's decode head, asked for its queries."""

from typing import Any

from mmengine.config import ConfigDict
from mmseg.models.decode_heads import Mask2FormerHead
from mmseg.structures import SegDataSample
from torch import Tensor

from avs_mm.registry import MODELS

__all__ = ["Mask2FormerQueries"]


@MODELS.register_module()
class Mask2FormerQueries(Mask2FormerHead):
    """mmseg's ``Mask2FormerHead`` (arXiv 2112.01527) for prediction, as stage 1 asks a head.

    Its deformable attention runs in plain PyTorch on a CPU; on a GPU it needs the compiled ops of
    the full mmcv (docs/installation.md).

    Args:
        mask2former: Arguments of mmseg's ``Mask2FormerHead``.
    """

    def __init__(self, **mask2former: Any) -> None:
        weights = [1.0] * mask2former["num_classes"] + [0.1]
        mask2former["loss_cls"] = ConfigDict(mask2former["loss_cls"], class_weight=weights)
        super().__init__(**mask2former)

    def predict_queries(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return what the last decoder layer says of every query.

        Args:
            features: The backbone's maps of an unpadded batch, the first at stride 4.

        Returns:
            Class logits (B, Q, K + 1), no object last, and mask logits (B, Q, h, w).
        """
        all_class_logits, all_mask_logits = self(features, [SegDataSample()] * len(features[0]))
        return all_class_logits[-1], all_mask_logits[-1]
