"""Random annotations in AVISeg's layout, and predictions that are partly right."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

CATEGORIES = ("person", "violin", "cat", "car", "tuba")
FRAMES = 8
# Frame height and width, and how annotations are numbered
CASES = {
    "ascending_720p": ((720, 1280), "ascending"),
    "shuffled_720p": ((720, 1280), "shuffled"),
    "descending_small": ((90, 160), "descending"),
}


def random_avis(case: str, *, videos: int = 8) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Draw annotations and predictions; every prediction has a mask a frame, as AVISM writes it."""
    size, order = CASES[case]
    rng = np.random.default_rng(sum(map(ord, case)))
    content: dict[str, Any] = {
        "categories": [{"id": place, "name": name} for place, name in enumerate(CATEGORIES, 1)],
        "videos": [],
        "annotations": [],
    }
    predictions: list[dict[str, Any]] = []
    for number in range(1, videos + 1):
        name = f"video{number}"
        content["videos"].append(
            {
                "id": number,
                "height": size[0],
                "width": size[1],
                "length": FRAMES,
                "file_names": [f"{name}/{frame}.jpg" for frame in range(FRAMES)],
            }
        )
        # The first video is silent, and nothing is predicted there in half of the cases.
        objects = 0 if number == 1 else int(rng.integers(1, 4))
        for _ in range(objects):
            category = int(rng.integers(1, len(CATEGORIES)))  # the last one never sounds
            boxes = _boxes(rng, size, pause=rng.random() < 0.7)
            content["annotations"].append(_annotation(number, category, boxes, size))
            if rng.random() < 0.9:
                found = category if rng.random() < 0.9 else int(rng.integers(1, len(CATEGORIES)))
                shifted = [box and _shifted(rng, box, size) for box in boxes]
                predictions.append(_prediction(rng, number, found, shifted, size))
        if rng.random() < 0.2 or (number == 1 and rng.random() < 0.5):
            boxes = _boxes(rng, size, pause=True)
            predictions.append(_prediction(rng, number, int(rng.integers(1, 5)), boxes, size))
    ids = np.arange(1, len(content["annotations"]) + 1)
    ids = {"ascending": ids, "descending": ids[::-1], "shuffled": rng.permutation(ids)}[order]
    for annotation, number in zip(content["annotations"], ids, strict=True):
        annotation["id"] = int(number)
    kept = rng.permutation(len(predictions))
    return content, [predictions[place] for place in kept]


def write_json(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def _boxes(rng: np.random.Generator, size: tuple[int, int], *, pause: bool) -> list:
    """Boxes (left, top, right, bottom) a frame, None where the object is silent."""
    height, width = size
    left, top = rng.uniform(0, 0.6, 2) * (width, height)
    right, bottom = (left, top) + rng.uniform(0.1, 0.4, 2) * (width, height)
    step = rng.uniform(-0.02, 0.02, 2) * (width, height)
    silent = rng.integers(0, FRAMES, 3) if pause else ()
    boxes = []
    for frame in range(FRAMES):
        moved = np.array([left, top, right, bottom]) + np.tile(step, 2) * frame
        boxes.append(None if frame in silent else [float(x) for x in np.round(moved, 1)])
    return boxes


def _shifted(rng: np.random.Generator, box: list[float], size: tuple[int, int]) -> list | None:
    """A box that is a little off, or none at all."""
    if rng.random() < 0.06:
        return None
    off = rng.normal(0, 0.02, 4) * np.tile((size[1], size[0]), 2)
    return [float(x) for x in np.round(np.array(box) + off, 1)]


def _polygon(box: list[float]) -> list[list[float]]:
    left, top, right, bottom = box
    return [[left, top, right, top, right, bottom, left, bottom]]


def _annotation(video: int, category: int, boxes: list, size: tuple[int, int]) -> dict[str, Any]:
    return {
        "video_id": video,
        "category_id": category,
        "iscrowd": 0,
        "height": size[0],
        "width": size[1],
        "length": FRAMES,
        "segmentations": [box and _polygon(box) for box in boxes],
        "bboxes": [box and [box[0], box[1], box[2] - box[0], box[3] - box[1]] for box in boxes],
        "areas": [box and (box[2] - box[0]) * (box[3] - box[1]) for box in boxes],
    }


def _prediction(
    rng: np.random.Generator, video: int, category: int, boxes: list, size: tuple[int, int]
) -> dict[str, Any]:
    masks = []
    for box in boxes:
        if box is None:
            rle = coco_mask.encode(np.zeros(size, np.uint8, order="F"))
        else:
            rle = coco_mask.merge(coco_mask.frPyObjects(_polygon(box), *size))
        masks.append({"size": list(size), "counts": rle["counts"].decode()})
    return {
        "video_id": video,
        "category_id": category,
        "score": float(np.round(rng.uniform(0.31, 1.0), 3)),
        "segmentations": masks,
    }


def one_track_twice() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One object, and two predictions of it, the first of which has TrackEval's id 0."""
    rng = np.random.default_rng(0)
    size = (90, 160)
    box = [10.0, 10.0, 60.0, 50.0]
    names = [f"video1/{frame}.jpg" for frame in range(FRAMES)]
    video = {"id": 1, "height": 90, "width": 160, "length": FRAMES, "file_names": names}
    content = {
        "categories": [{"id": 1, "name": "person"}],
        "videos": [video],
        "annotations": [{**_annotation(1, 1, [box] * FRAMES, size), "id": 1}],
    }
    predictions = [_prediction(rng, 1, 1, [box] * FRAMES, size) for _ in range(2)]
    predictions[0]["score"] = 1.0
    return content, predictions
