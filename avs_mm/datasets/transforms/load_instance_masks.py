"""The annotation of a frame whose objects are listed one by one."""

import numpy as np
from mmcv.transforms import BaseTransform
from pycocotools import mask as coco_mask

from avs_mm.datasets.avis_layout import to_rle
from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.registry import TRANSFORMS

__all__ = ["LoadInstanceMasks"]

MOST_OBJECTS = 254  # of 8 bits; 0 is the background, 255 padding


@TRANSFORMS.register_module()
class LoadInstanceMasks(BaseTransform):
    """Draw the sounding objects that an ``AVISDataset`` sample lists.

    Adds to ``results`` and to its ``seg_fields``:

    - ``gt_sounding_mask``: uint8 (H, W) in {0, 1}: the sounding pixels.
    - ``gt_seg_map``: uint8 (H, W) category map of them, 0..K-1 and 255. Where objects overlap, the
      one that is listed last is on top. Two objects of a category are one region.
    - ``gt_instance_map``, if asked for: uint8 (H, W), the object's place in the list, from 1 on; 0
      elsewhere. By it stage 1's loss tells two objects of a category apart.

    Args:
        instances: Whether ``gt_instance_map`` is drawn.

    Raises:
        ValueError: The image has another size than the annotation says; more than 254 objects; a
            damaged mask.
    """

    def __init__(self, *, instances: bool = False) -> None:
        self.instances = instances

    def transform(self, results: dict) -> dict:
        """Add the masks to ``results``."""
        size = tuple(results["size"])
        found = tuple((results.get("ori_shape") or results["img"].shape)[:2])
        if found != size:
            raise ValueError(
                f"{results['img_path']} is {found[1]}x{found[0]}, but its annotation is of "
                f"{size[1]}x{size[0]} pixels; take the official frames"
            )
        if self.instances and len(results["instances"]) > MOST_OBJECTS:
            raise ValueError(
                f"{results['img_path']} has {len(results['instances'])} objects, and an instance "
                f"map holds {MOST_OBJECTS}; leave out instances=True"
            )
        category_map = np.full(size, BACKGROUND, np.uint8)
        instance_map = np.zeros(size, np.uint8)
        for number, instance in enumerate(results["instances"], 1):
            try:
                mask = coco_mask.decode(to_rle(instance["segmentation"], size)) > 0
            except ValueError as error:  # a damaged RLE
                raise ValueError(
                    f"{results['img_path']}: annotation {instance['id']} has no mask ({error}); "
                    "restore the official file"
                ) from error
            category_map[mask] = instance["category"]
            if self.instances:
                instance_map[mask] = number
        results["gt_seg_map"] = category_map
        results["gt_sounding_mask"] = (category_map != BACKGROUND).astype(np.uint8)
        fields = ["gt_sounding_mask", "gt_seg_map"]
        if self.instances:
            results["gt_instance_map"] = instance_map
            fields.append("gt_instance_map")
        results["seg_fields"] = [*results.get("seg_fields", ()), *fields]
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(instances={self.instances})"
