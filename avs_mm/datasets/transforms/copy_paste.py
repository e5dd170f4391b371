"""Labelled objects of another sample, pasted into the image: more objects from few images."""

from collections.abc import Sized

import numpy as np
from mmcv.transforms import BaseTransform

from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.registry import TRANSFORMS

__all__ = ["CopyPaste"]


@TRANSFORMS.register_module()
class CopyPaste(BaseTransform):
    """Paste all labelled objects of another sample onto an image (arXiv 2012.07177).

    Stands in the pipeline of mmseg's ``MultiImageMixDataset``, where both samples have been resized
    and cropped on their own; they are laid corner on corner. Changes ``img``, ``gt_seg_map`` and
    ``gt_sounding_mask``. It is for stage 1: what is pasted has no part in the sound.

    Args:
        prob: How often objects are pasted.

    Raises:
        ValueError: prob is no probability; a sample without categories, or one whose instances are
            numbered, which would not be those of the pasted objects.
    """

    def __init__(self, *, prob: float = 0.5) -> None:
        if not 0 <= prob <= 1:
            raise ValueError(f"prob is a probability, from 0 to 1, not {prob}")
        self.prob = prob

    def get_indices(self, dataset: Sized) -> list[int]:
        """Draw the sample whose objects are pasted, or none."""
        drawn = np.random.rand() < self.prob
        return [int(np.random.randint(len(dataset)))] if drawn else []

    def transform(self, results: dict) -> dict:
        """Change ``results``, or leave it as it is."""
        for other in results.get("mix_results", []):
            _paste(results, other)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(prob={self.prob})"


def _paste(results: dict, other: dict) -> None:
    for sample in (results, other):
        if "gt_seg_map" not in sample:
            raise ValueError(
                f"{sample.get('img_path')} has no categories, and CopyPaste needs them: give MS3 "
                "the folder of AVSBench-semantic as the dataset's semantic_root"
            )
        if "gt_instance_map" in sample:
            raise ValueError(
                f"{sample.get('img_path')} has a gt_instance_map, which CopyPaste does not keep: "
                "leave out CopyPaste, or instances=True of LoadInstanceMasks"
            )
    height, width = np.minimum(results["img"].shape[:2], other["img"].shape[:2])
    pasted = other["gt_seg_map"][:height, :width] != BACKGROUND
    for key in ("img", "gt_seg_map", "gt_sounding_mask"):
        changed = results[key].copy()
        changed[:height, :width][pasted] = other[key][:height, :width][pasted]
        results[key] = changed
