"""The annotation of a sample: what sounds, of which category, and what is silent."""

import numpy as np
from mmcv.transforms import BaseTransform

from avs_mm.datasets.category_maps import (
    category_map_of,
    check_size,
    fill_categories,
    read_label_map,
    read_mask,
    to_category_map,
)
from avs_mm.registry import TRANSFORMS

__all__ = ["LoadSoundingMask"]


@TRANSFORMS.register_module()
class LoadSoundingMask(BaseTransform):
    """Load the masks that an ``AVSBenchDataset`` sample names.

    Adds to ``results`` and to its ``seg_fields``, which mmseg's transforms resize and flip:

    - ``gt_sounding_mask``: uint8 (H, W) in {0, 1}: the sounding pixels.
    - ``gt_seg_map``: uint8 (H, W) category map of them, 0..K-1 and 255; where categories are known
      (S4, AVSS, and MS3 with AVSBench-semantic at hand).
    - ``gt_silent_map``: the same of the silent objects, where the data set knows them.
    - ``gt_teacher_map``: the same of those that a network has found (``teacher_root``).

    A frame whose ``seg_map_path`` is None has no annotation (``AVSBenchClips``) and stays as it is.

    Raises:
        FileNotFoundError: A mask is missing.
        ValueError: A mask is unreadable, of another size than the image, or holds a label
            without a category.
    """

    def transform(self, results: dict) -> dict:
        """Add the masks to ``results``."""
        path = results["seg_map_path"]
        if path is None:
            return results
        if results["subset"] == "avss":
            labels = read_label_map(path)
            mask = (labels > 0).view(np.uint8)
            category_map: np.ndarray | None = to_category_map(labels, results["label_table"], path)
        else:
            mask = read_mask(path)
            category_map = self._category_map(mask, results)

        fields = {"gt_sounding_mask": mask}
        if category_map is not None:
            fields["gt_seg_map"] = category_map
        for kind in ("silent", "teacher"):
            if f"{kind}_map_path" in results:
                silent_path = results[f"{kind}_map_path"]
                silent = read_label_map(silent_path)
                table = results["silent_table"]
                fields[f"gt_{kind}_map"] = to_category_map(silent, table, silent_path)
                check_size(silent, silent_path, results)
        check_size(mask, path, results)

        results.update(fields)
        results["seg_fields"] = [*results.get("seg_fields", ()), *fields]
        return results

    @staticmethod
    def _category_map(mask: np.ndarray, results: dict) -> np.ndarray | None:
        """Category map (H, W) of a binary mask, or None where no category is known."""
        if "category" in results:
            return category_map_of(mask, results["category"])
        if "semantic_map_path" not in results:
            return None
        path = results["semantic_map_path"]
        categories = to_category_map(read_label_map(path), results["label_table"], path)
        try:
            return fill_categories(mask, categories)
        except ValueError as error:
            raise ValueError(
                f"{results['seg_map_path']} and {path} disagree: {error}; correct one of them, or "
                f"take clip {results['clip']} out of ms3_meta_data.csv"
            ) from error

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
