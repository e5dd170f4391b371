"""Which candidate of a frame is which object of the frames before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask
from scipy.optimize import linear_sum_assignment

from avs_mm.tracking.colour_histogram import histogram_distance

__all__ = ["Tracker"]

IMPOSSIBLE = -1.0  # affinity of different categories


@dataclass
class _Track:
    """An object as it was last seen; its box is its centre and its width and height."""

    id: int
    category: int
    rle: dict[str, Any]
    box: np.ndarray  # (4,)
    velocity: np.ndarray | None  # of the centre, (2,), pixels a second; None: seen once
    embedding: np.ndarray | None
    time: float

    def centre_at(self, time: float) -> np.ndarray:
        moved = 0.0 if self.velocity is None else self.velocity * (time - self.time)
        centre: np.ndarray = self.box[:2] + moved
        return centre


class Tracker:
    """Gives the candidates of frame after frame the ids of the objects they show.

    Known objects and candidates of one category are assigned to each other (Hungarian) so that the
    sum of their affinities is highest. The affinity is the mean of the masks' IoU, of how near the
    candidate is to where the object should be by now, and, where the model has embeddings of its
    queries, of their cosine. An object that nothing was assigned to is remembered for a while, so
    that it survives an occlusion.

    Args:
        least_affinity: From which on a candidate is a known object.
        memory: Seconds for which an object that is out of sight is remembered; those of the frame
            before always are, however long ago that was.
        use_embeddings: Whether embeddings count, where there are any.
        cut_distance: From which distance of the colours of two frames on, in [0, 1], they are two
            scenes, and no object of the first is known in the second; None: never.
    """

    def __init__(
        self,
        *,
        least_affinity: float = 0.25,
        memory: float = 0.5,
        use_embeddings: bool = True,
        cut_distance: float | None = 0.4,
    ) -> None:
        self.least_affinity = least_affinity
        self.memory = memory
        self.use_embeddings = use_embeddings
        self.cut_distance = cut_distance
        self.histogram: np.ndarray | None = None  # of the frame before
        self.time = 0.0  # of the frame before
        self.tracks: list[_Track] = []
        self.next_id = 1

    def update(
        self,
        time: float,
        labels: Sequence[int],
        rles: Sequence[dict[str, Any]],
        embeddings: np.ndarray | None = None,
        histogram: np.ndarray | None = None,
    ) -> list[int]:
        """Return the id of each candidate of the next frame.

        Args:
            time: Of the frame, in seconds; must rise.
            labels: Category of each of the n candidates.
            rles: Their masks, COCO's compressed RLE.
            embeddings: Their queries', (n, C).
            histogram: Of the frame, as of ``colour_histogram``; without one no cut is seen.
        """
        if self._is_cut(histogram):
            self.tracks = []
        self.histogram = histogram
        if not self.use_embeddings:
            embeddings = None
        boxes = _boxes(rles)
        unit = _unit(embeddings)
        memory = max(self.memory, time - self.time) + 1e-6
        self.tracks = [track for track in self.tracks if time - track.time <= memory]
        self.time = time
        ids = [0] * len(labels)
        if self.tracks and len(labels):
            affinity = self._affinity(time, labels, rles, boxes, unit)
            for row, column in zip(*linear_sum_assignment(-affinity), strict=True):
                if affinity[row, column] >= self.least_affinity:
                    track = self.tracks[row]
                    moved = (boxes[column, :2] - track.box[:2]) / max(time - track.time, 1e-6)
                    before = track.velocity
                    track.velocity = moved if before is None else (before + moved) / 2
                    track.rle, track.box, track.time = rles[column], boxes[column], time
                    track.embedding = None if unit is None else unit[column]
                    ids[column] = track.id
        for index, known in enumerate(ids):
            if not known:
                ids[index] = self._begin(
                    time,
                    labels[index],
                    rles[index],
                    boxes[index],
                    None if unit is None else unit[index],
                )
        return ids

    def _is_cut(self, histogram: np.ndarray | None) -> bool:
        if self.cut_distance is None or histogram is None or self.histogram is None:
            return False
        return histogram_distance(self.histogram, histogram) >= self.cut_distance

    def _begin(
        self,
        time: float,
        label: int,
        rle: dict[str, Any],
        box: np.ndarray,
        embedding: np.ndarray | None,
    ) -> int:
        track = _Track(self.next_id, label, rle, box, None, embedding, time)
        self.tracks.append(track)
        self.next_id += 1
        return track.id

    def _affinity(
        self,
        time: float,
        labels: Sequence[int],
        rles: Sequence[dict[str, Any]],
        boxes: np.ndarray,
        embeddings: np.ndarray | None,
    ) -> np.ndarray:
        """Return the affinity of known objects and candidates, (T, n) in [0, 1]; -1 of none."""
        overlaps = coco_mask.iou(
            list(rles), [track.rle for track in self.tracks], [False] * len(self.tracks)
        ).T
        expected = np.array([track.centre_at(time) for track in self.tracks])
        distances = np.linalg.norm(expected[:, None] - boxes[None, :, :2], axis=-1)
        sides = np.array([np.sqrt(track.box[2:].prod()) for track in self.tracks])
        nearness = np.exp(-distances / np.maximum(sides[:, None], 1.0))
        terms = [overlaps, nearness]
        if embeddings is not None and all(track.embedding is not None for track in self.tracks):
            known = np.array([track.embedding for track in self.tracks])
            terms.append((known @ embeddings.T).clip(0, 1))
        affinity = np.mean(terms, axis=0)
        categories = np.array([track.category for track in self.tracks])
        same = categories[:, None] == np.asarray(labels)
        # Alike, but neither where it was nor where it should be: another object of the kind.
        reachable = (overlaps > 0) | (nearness > np.exp(-2.0))
        return np.where(same & reachable, affinity, IMPOSSIBLE)


def _boxes(rles: Sequence[dict[str, Any]]) -> np.ndarray:
    """Return centre, width and height of each mask, (n, 4)."""
    if not rles:
        return np.zeros((0, 4))
    boxes = coco_mask.toBbox(list(rles)).astype(np.float64)
    return np.concatenate([boxes[:, :2] + boxes[:, 2:] / 2, boxes[:, 2:]], axis=1)


def _unit(embeddings: np.ndarray | None) -> np.ndarray | None:
    if embeddings is None:
        return None
    return embeddings / np.linalg.norm(embeddings, axis=1, keepdims=True).clip(min=1e-12)
