"""What the data sets share: categories that a model may replace, and images that are named."""

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
from mmseg.datasets import BaseSegDataset

from avs_mm.datasets.categories import checked_classes, voc_palette
from avs_mm.datasets.category_maps import check_image, open_image

__all__ = ["CategoryDataset", "with_categories"]


class CategoryDataset(BaseSegDataset):
    """A data set of mmseg whose samples are read anew under other categories."""

    def set_categories(self, classes: Sequence[str]) -> None:
        """Take other categories, such as a model's, which are found by their names.

        Raises:
            ValueError: A sample is of a category that is not among them.
        """
        classes = checked_classes(classes)
        self._metainfo.update(classes=classes, palette=voc_palette(len(classes)))
        if getattr(self, "_fully_initialized", False):
            self._fully_initialized = False
            self.full_init()

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on a sample; an image that cannot be decoded is named."""
        info = self.get_data_info(idx)
        check_image(info["img_path"])
        try:
            return self.pipeline(info)
        except (AssertionError, OSError, cv2.error):
            # mmcv and OpenCV hardly say which file it is and what to do: ask the image itself.
            open_image(info["img_path"])
            raise


def with_categories(metainfo: Mapping[str, Any] | None, own: Sequence[str]) -> dict[str, Any]:
    """Return a metainfo with ``classes``, by default the data set's own, and a ``palette``.

    Raises:
        ValueError: From ``checked_classes``.
    """
    metainfo = dict(metainfo or {})
    classes = checked_classes(metainfo.get("classes", own))
    return {"palette": voc_palette(len(classes)), **metainfo, "classes": classes}
