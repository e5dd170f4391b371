"""What the annotation says of a frame, painted over it."""

from collections.abc import Sequence

import numpy as np
import torch
from mmseg.structures import SegDataSample

from avs_mm.datasets.category_maps import regions_of
from avs_mm.evaluation.metrics.sample_fields import category_regions
from avs_mm.visualization.drawing import UNKNOWN, Colour, draw_objects

__all__ = ["draw_annotation", "draw_category_map"]


def draw_annotation(
    image: np.ndarray,
    sample: SegDataSample,
    *,
    classes: Sequence[str],
    palette: Sequence[Colour],
    labelled: bool = True,
) -> np.ndarray:
    """Paint what sounds by the annotation, and outline the silent objects that it knows.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
        sample: With ``gt_sem_seg``, or with ``gt_sounding_mask`` alone where no category is known,
            and with ``gt_silent_map`` where silent objects are.
        classes, palette: Names and colours (RGB in [0, 255]) of the K categories.
        labelled: Whether the names are written.

    Returns:
        RGB uint8 (H, W, 3).
    """
    sounding, sounding_regions = category_regions(sample, "gt_sem_seg")
    silent, silent_regions = category_regions(sample, "gt_silent_map")
    categories = [*sounding, *silent]
    masks = [*sounding_regions.numpy(), *silent_regions.numpy()]
    names = [classes[category] if labelled else "" for category in categories]
    colours = [palette[category] for category in categories]
    filled = [True] * len(sounding) + [False] * len(silent)
    if "gt_sem_seg" not in sample and "gt_sounding_mask" in sample:
        masks.append(sample.gt_sounding_mask.data[0].numpy() > 0)
        names.append("")
        colours.append(UNKNOWN)
        filled.append(True)
    return draw_objects(image, masks, names=names, colours=colours, filled=filled)


def draw_category_map(
    image: np.ndarray,
    category_map: np.ndarray,
    *,
    classes: Sequence[str],
    palette: Sequence[Colour],
    opacity: float = 0.45,
) -> np.ndarray:
    """Paint the regions of a category map; what is no category of ``classes`` has no name.

    Args:
        image: RGB uint8 (H, W, 3), of any size; left untouched.
        category_map: (h, w), 255 for no object.
        classes, palette: Names and colours (RGB in [0, 255]) of the K categories.
        opacity: Of the paint, in [0, 1].

    Returns:
        RGB uint8 (H, W, 3).
    """
    categories, regions = regions_of(torch.from_numpy(category_map))
    known = [category < len(classes) for category in categories.tolist()]
    pairs = list(zip(categories.tolist(), known, strict=True))
    return draw_objects(
        image,
        list(regions.numpy()),
        names=[classes[category] if is_known else "" for category, is_known in pairs],
        colours=[palette[category] if is_known else UNKNOWN for category, is_known in pairs],
        filled=[True] * len(pairs),
        opacity=opacity,
    )
