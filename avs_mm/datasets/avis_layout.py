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
    invalid_polygons: int = 0  # left out


def read_avis(path: str | Path) -> AVISAnnotations:
    """Read train.json, val.json or test.json.

    Polygons of an odd length or of fewer than three points are left out, as AVISeg's loader does:
    an object without another one does not sound in that frame.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such file: no JSON, keys or frames are missing, names or ids repeat, a
            segmentation is none or of another size than its video.
    """
    path = Path(path)
    try:
        content = json.loads(read_text(path))
        categories = {int(entry["id"]): str(entry["name"]) for entry in content["categories"]}
        sizes = {int(video["id"]): _size(video) for video in content["videos"]}
        tracks: dict[int, list[AVISTrack]] = {number: [] for number in sizes}
        invalid = 0
        for entry in content["annotations"]:
            if entry["category_id"] not in categories:
                raise ValueError(f"annotation {entry['id']} is of category {entry['category_id']}")
            track, left_out = _track(entry, sizes[entry["video_id"]])
            tracks[entry["video_id"]].append(track)
            invalid += left_out
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
    return AVISAnnotations(dict(sorted(categories.items())), videos, invalid)


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


def _track(entry: dict, size: tuple[int, int]) -> tuple[AVISTrack, int]:
    """Return an object of a video of (H, W), and how many polygons of it were left out."""
    areas = [area for area in entry["areas"] if area]
    segmentations, left_out = [], 0
    for frame, segmentation in enumerate(entry["segmentations"]):
        try:
            valid = _valid(segmentation, size)
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"annotation {entry['id']}, frame {frame}: {_words(error)}") from error
        if isinstance(segmentation, list):
            left_out += len(segmentation) - len(valid or ())
        segmentations.append(valid)
    track = AVISTrack(
        id=int(entry["id"]),
        category_id=int(entry["category_id"]),
        segmentations=tuple(segmentations),
        area=float(np.mean(areas)) if areas else 0.0,
        iscrowd=bool(entry.get("iscrowd", 0)),
    )
    return track, left_out


def _valid(segmentation: Any, size: tuple[int, int]) -> Any:
    """Return an RLE as it is, of polygons those with an area, None if nothing is left."""
    if not segmentation:
        return None
    if isinstance(segmentation, list):
        if not all(isinstance(polygon, list) for polygon in segmentation):
            raise ValueError("its segmentation is a list, but not one of polygons")
        if not all(np.isfinite(np.array(polygon, float)).all() for polygon in segmentation):
            raise ValueError("a polygon has a coordinate that is no number")
        return [p for p in segmentation if len(p) % 2 == 0 and len(p) >= 6] or None
    found, counts = tuple(segmentation["size"]), segmentation["counts"]
    if found != size:
        raise ValueError(f"its RLE is of (H, W) = {found}, and the video of {size}")
    if isinstance(counts, list) and sum(counts) != size[0] * size[1]:
        raise ValueError(f"its RLE has {sum(counts)} pixels, and the video {size[0] * size[1]}")
    return segmentation


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
        size=_size(entry),
        tracks=tuple(tracks),
    )


def _size(entry: dict) -> tuple[int, int]:
    return int(entry["height"]), int(entry["width"])


def _check_distinct(what: str, values: Sequence[Any]) -> None:
    repeated = [value for value, count in Counter(values).items() if count > 1]
    if repeated:
        raise ValueError(f"the {what} {repeated[0]} is there twice")


def _words(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)
