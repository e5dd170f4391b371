"""A line an object and frame: the table that a spreadsheet reads."""

import csv
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from typing_extensions import Self

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.atomic_write import atomic_write

__all__ = ["COLUMNS", "CsvTable", "row_of"]

COLUMNS = (
    "time",
    "id",
    "category",
    "sounding",
    "visual_score",
    "audio_score",
    "left",
    "top",
    "right",
    "bottom",
    "area",
)


class CsvTable:
    """Writes a csv with the columns of ``COLUMNS``, frame after frame.

    Times are in seconds, boxes and areas in pixels. The file has its name once the block ends well.

    Args:
        path: Of the csv; missing folders are made.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.stack = ExitStack()

    def __enter__(self) -> Self:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.stack.enter_context(atomic_write(self.path))
        stream = self.stack.enter_context(unfinished.open("w", newline="", encoding="utf-8"))
        self.writer = csv.writer(stream)
        self.writer.writerow(COLUMNS)
        return self

    def add(self, frame: Frame) -> None:
        """Write a frame's objects."""
        self.writer.writerows(row_of(frame, found).values() for found in frame.objects)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stack.__exit__(kind, error, trace)


def row_of(frame: Frame, found: AVSObject) -> dict[str, float | int | str | None]:
    """Return an object's values by the names of ``COLUMNS``."""
    left, top, right, bottom = found.box
    score = found.audio_score
    values = (
        round(frame.time, 4),
        found.id,
        found.category,
        int(found.sounding),
        round(found.visual_score, 4),
        None if score is None else round(score, 4),
        left,
        top,
        right,
        bottom,
        found.area,
    )
    return dict(zip(COLUMNS, values, strict=True))
