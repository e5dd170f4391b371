"""How AVISeg lists its videos: YouTube-VIS JSON, a mask a second for every object that sounds."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from avs_mm.datasets.tables import read_text

__all__ = ["AVISAnnotations", "AVISTrack", "AVISVideo", "read_avis", "to_rle"]

RLE = dict[str, Any]


@dataclass(frozen=True)
class AVISTrack:
    """An object: a segmentation a frame, as the file has it, or None where it does not sound."""

    id: int
    category_id: int
    segmentations: tuple[Any, ...]  # polygons or an RLE
    area: float  # mean of the frames in which it sounds, in pixels; 0 if it never does
    iscrowd: bool = False


@dataclass(frozen=True)
class AVISVideo:
    """A video and its annotated objects, in the file's order; ``size`` is (H, W)."""

    id: int
    name: str  # of its folder
    files: tuple[str, ...]
    size: tuple[int, int]
    tracks: tuple[AVISTrack, ...]


@dataclass(frozen=True)
class AVISAnnotations:
    """The categories by their ids, in ascending order, and the videos in the file's order."""

    categories: dict[int, str]
    videos: tuple[AVISVideo, ...]


def read_avis(path: str | Path) -> AVISAnnotations:
    """Read train.json, val.json or test.json.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such file: no JSON, keys or frames are missing, names or ids repeat.
    """
    path = Path(path)
    try:
        content = json.loads(read_text(path))
        categories = {int(entry["id"]): str(entry["name"]) for entry in content["categories"]}
        tracks: dict[int, list[AVISTrack]] = {int(video["id"]): [] for video in content["videos"]}
        for entry in content["annotations"]:
            if entry["category_id"] not in categories:
                raise ValueError(f"annotation {entry['id']} is of category {entry['category_id']}")
            tracks[entry["video_id"]].append(_track(entry))
        videos = tuple(_video(entry, tracks[entry["id"]]) for entry in content["videos"])
        _check_distinct("category", [*categories.values()])
        _check_distinct("video", [video.name for video in videos])
        _check_distinct("id", [track.id for video in videos for track in video.tracks])
        if len(tracks) < len(videos) or not videos:
            raise ValueError(f"{len(videos)} videos have {len(tracks)} ids")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(
            f"{path}: is no annotation of AVISeg ({_words(error)}); restore the official file"
        ) from error
    return AVISAnnotations(dict(sorted(categories.items())), videos)


def to_rle(segmentation: Any, size: Sequence[int]) -> RLE:
    """Return polygons, or an RLE compressed or not, as COCO's compressed RLE with bytes.

    Args:
        size: (H, W) of the frame.
    """
    if isinstance(segmentation, list):
        return coco_mask.merge(coco_mask.frPyObjects(segmentation, *size))
    if isinstance(segmentation["counts"], list):
        return coco_mask.frPyObjects(segmentation, *size)
    counts = segmentation["counts"]
    return {**segmentation, "counts": counts.encode() if isinstance(counts, str) else counts}


def _track(entry: dict) -> AVISTrack:
    areas = [area for area in entry["areas"] if area]
    return AVISTrack(
        id=int(entry["id"]),
        category_id=int(entry["category_id"]),
        segmentations=tuple(segmentation or None for segmentation in entry["segmentations"]),
        area=float(np.mean(areas)) if areas else 0.0,
        iscrowd=bool(entry.get("iscrowd", 0)),
    )


def _video(entry: dict, tracks: Sequence[AVISTrack]) -> AVISVideo:
    files = tuple(entry["file_names"])
    folders = {file.split("/")[0] for file in files}
    if len(folders) != 1 or any(len(Path(file).parts) != 2 or ".." in file for file in files):
        raise ValueError(f"video {entry['id']} has files in {sorted(folders)}")
    for track in tracks:
        if len(track.segmentations) != len(files):
            raise ValueError(
                f"annotation {track.id} has {len(track.segmentations)} segmentations for "
                f"{len(files)} frames"
            )
    return AVISVideo(
        id=int(entry["id"]),
        name=folders.pop(),
        files=files,
        size=(int(entry["height"]), int(entry["width"])),
        tracks=tuple(tracks),
    )


def _check_distinct(what: str, values: Sequence[Any]) -> None:
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise ValueError(f"the {what} {repeated[0]} is there twice")


def _words(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
