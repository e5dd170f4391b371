"""Frames as the structures of other libraries."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from avs_mm.apis.frame import Frame
from avs_mm.exports.csv_table import COLUMNS, row_of
from avs_mm.rle import rle_as_text

__all__ = ["to_coco_rle", "to_dataframe", "to_detections"]


def to_coco_rle(frame: Frame) -> list[dict[str, Any]]:
    """Return each object's mask as COCO's compressed RLE with text counts, which JSON can hold."""
    return [rle_as_text(found.rle) for found in frame.objects]


def to_detections(frame: Frame, *, sounding_only: bool = False) -> Any:
    """Return a frame's objects as ``supervision.Detections``.

    ``tracker_id`` is the id, ``confidence`` the visual score; ``data`` holds ``class_name``,
    ``sounding`` and ``audio_score`` (NaN where the model uses no sound).

    Raises:
        ImportError: supervision is not installed.
    """
    try:
        import supervision
    except ImportError as error:
        raise ImportError(
            "to_detections needs the package supervision: pip install supervision"
        ) from error
    objects = frame.sounding if sounding_only else frame.objects
    if not objects:
        return supervision.Detections.empty()
    scores = [np.nan if found.audio_score is None else found.audio_score for found in objects]
    return supervision.Detections(
        xyxy=np.array([found.box for found in objects], np.float32),
        mask=np.array([found.mask for found in objects]),
        confidence=np.array([found.visual_score for found in objects], np.float32),
        class_id=np.array([found.label for found in objects]),
        tracker_id=np.array([found.id for found in objects]),
        data={
            "class_name": np.array([found.category for found in objects]),
            "sounding": np.array([found.sounding for found in objects]),
            "audio_score": np.array(scores, np.float32),
        },
    )


def to_dataframe(frames: Iterable[Frame]) -> Any:
    """Return a ``pandas.DataFrame`` with a row an object and frame; columns as of ``CsvTable``.

    Raises:
        ImportError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise ImportError("to_dataframe needs the package pandas: pip install pandas") from error
    rows = [row_of(frame, found) for frame in frames for found in frame.objects]
    return pandas.DataFrame(rows, columns=list(COLUMNS))
