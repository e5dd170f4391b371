"""The image side of a video: the candidates of its frames, and which object each of them is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from avs_mm.apis.frame import encode_rle
from avs_mm.apis.sounding_decision import mask_overlaps
from avs_mm.tracking import Tracker

if TYPE_CHECKING:
    from avs_mm.apis.inferencer import AVSInferencer

__all__ = ["EncodedFrame", "encode_frames"]


@dataclass(frozen=True)
class EncodedFrame:
    """The n candidates of a frame: all that needs no sound.

    Attributes:
        time: Seconds from the video's start.
        size: (H, W).
        ids: Of the objects that they show, (n,).
        labels: Their categories, (n,).
        scores: Their visual scores, (n,).
        rles: Their masks, COCO's compressed RLE.
        overlaps: Which masks overlap, bool (U, n), as of ``mask_overlaps``.
        image: RGB uint8 (H, W, 3), where it was kept.
    """

    time: float
    size: tuple[int, int]
    ids: list[int]
    labels: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)
    rles: list[dict[str, Any]] = field(repr=False)
    overlaps: np.ndarray = field(repr=False)
    image: np.ndarray | None = field(default=None, repr=False)


def encode_frames(
    inferencer: "AVSInferencer",
    frames: Iterable[tuple[float, np.ndarray]],
    tracker: Tracker,
    *,
    keep_images: bool = False,
) -> Iterator[EncodedFrame]:
    """Find the candidates of frames, times and images (H, W, 3), a batch at a time."""
    frames = iter(frames)
    while batch := list(islice(frames, inferencer.batch_size)):
        candidates_of = inferencer.find_candidates([image for _, image in batch])
        for (time, image), candidates in zip(batch, candidates_of, strict=True):
            masks = candidates.masks.numpy()
            labels, rles = candidates.labels.numpy(), encode_rle(masks)
            yield EncodedFrame(
                time=time,
                size=image.shape[:2],
                ids=tracker.update(time, labels.tolist(), rles),
                labels=labels,
                scores=candidates.scores.numpy(),
                rles=rles,
                overlaps=mask_overlaps(masks),
                image=image if keep_images else None,
            )
