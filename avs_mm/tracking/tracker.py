"""Which candidate of a frame is which object of the frames before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask
from scipy.optimize import linear_sum_assignment

__all__ = ["Tracker"]


@dataclass
class _Track:
    id: int
    category: int
    rle: dict[str, Any]
    time: float


class Tracker:
    """Gives the candidates of frame after frame the ids of the objects they show.

    Candidates and known objects of one category are assigned to each other (Hungarian) so that the
    sum of their masks' IoU is highest; an object that nothing was assigned to is remembered for a
    while, so that it survives an occlusion.

    Args:
        least_iou: From which on a candidate is a known object.
        memory: Seconds for which an object that is out of sight is remembered.
    """

    def __init__(self, *, least_iou: float = 0.1, memory: float = 0.5) -> None:
        self.least_iou = least_iou
        self.memory = memory
        self.tracks: list[_Track] = []
        self.next_id = 1

    def update(
        self, time: float, labels: Sequence[int], rles: Sequence[dict[str, Any]]
    ) -> list[int]:
        """Return the id of each candidate of the next frame.

        Args:
            time: Of the frame, in seconds; must rise.
            labels: Category of each of the n candidates.
            rles: Their masks, COCO's compressed RLE.
        """
        self.tracks = [track for track in self.tracks if time - track.time <= self.memory + 1e-6]
        ids = [0] * len(labels)
        if self.tracks and len(labels):
            affinity = self._affinity(labels, rles)
            for row, column in zip(*linear_sum_assignment(-affinity), strict=True):
                if affinity[row, column] >= self.least_iou:
                    track = self.tracks[row]
                    track.rle, track.time = rles[column], time
                    ids[column] = track.id
        for index, known in enumerate(ids):
            if not known:
                ids[index] = self.next_id
                self.tracks.append(_Track(self.next_id, labels[index], rles[index], time))
                self.next_id += 1
        return ids

    def _affinity(self, labels: Sequence[int], rles: Sequence[dict[str, Any]]) -> np.ndarray:
        """Return the IoU of known objects and candidates, (T, n); -1 of different categories."""
        overlaps = coco_mask.iou(
            list(rles), [track.rle for track in self.tracks], [False] * len(self.tracks)
        ).T
        categories = np.array([track.category for track in self.tracks])
        return np.where(categories[:, None] == np.asarray(labels), overlaps, -1.0)
