"""YouTube-VIS JSON: a mask a frame for every object, as COCO's compressed RLE."""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import Self

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.output_file import write_json
from avs_mm.rle import rle_as_text

__all__ = ["YouTubeVis"]


class YouTubeVis:
    """Writes a video's objects in the layout of the YouTube-VIS challenge.

    ``segmentations[t]``, ``bboxes[t]`` (left, top, width, height) and ``areas[t]`` are None where
    an object is not in frame t. Beyond the layout: ``times`` of the video, ``sounding[t]`` and
    ``audio_scores[t]`` of each object. A mask takes a few kilobytes of memory until the end.

    Args:
        path: Of the JSON file; missing folders are made.
        video: Name of the video.
        categories: Names of the K categories; their ids are 1 to K.
    """

    def __init__(self, path: str | Path, *, video: str, categories: Sequence[str]) -> None:
        self.path = Path(path)
        self.video = video
        self.categories = list(categories)
        self.times: list[float] = []
        self.size = (0, 0)
        self.found: dict[int, dict[int, AVSObject]] = {}  # by id, then by place of the frame

    def __enter__(self) -> Self:
        return self

    def add(self, frame: Frame) -> None:
        """Take a frame's objects."""
        for found in frame.objects:
            self.found.setdefault(found.id, {})[len(self.times)] = found
        self.times.append(round(frame.time, 4))
        self.size = frame.size

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if kind is None:
            write_json(self.path, self._contents())

    def _contents(self) -> dict[str, Any]:
        height, width = self.size
        names = [f"{self.video}/{place:06d}" for place in range(len(self.times))]
        video = {"id": 1, "width": width, "height": height, "length": len(self.times)}
        return {
            "info": {"description": "objects and whether they sound, by avs_mm"},
            "videos": [{**video, "name": self.video, "file_names": names, "times": self.times}],
            "categories": [
                {"id": place, "name": name} for place, name in enumerate(self.categories, start=1)
            ],
            "annotations": [self._annotation(track, found) for track, found in self.found.items()],
        }

    def _annotation(self, track: int, found: dict[int, AVSObject]) -> dict[str, Any]:
        height, width = self.size
        over_time = [found.get(place) for place in range(len(self.times))]
        category = next(iter(found.values())).category
        return {
            "id": track,
            "video_id": 1,
            "category_id": self.categories.index(category) + 1,
            "iscrowd": 0,
            "height": height,
            "width": width,
            "length": len(self.times),
            "score": max(one.visual_score for one in found.values()),
            "segmentations": [one and rle_as_text(one.rle) for one in over_time],
            "bboxes": [one and _left_top_width_height(one) for one in over_time],
            "areas": [one and one.area for one in over_time],
            "sounding": [one and one.sounding for one in over_time],
            "audio_scores": [one and one.audio_score for one in over_time],
        }


def _left_top_width_height(found: AVSObject) -> list[float]:
    left, top, right, bottom = found.box
    return [left, top, right - left, bottom - top]
