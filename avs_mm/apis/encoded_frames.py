"""The image side of a video: the candidates of its frames, and which object each of them is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from avs_mm.apis.frame import encode_rle
from avs_mm.apis.sounding_decision import mask_overlaps
from avs_mm.tracking import MotionMeter, Tracker

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
        motion: How much moves in them since the frame before, (n,), as of ``MotionMeter``.
        carried: Whether they are those of a frame beside it.
        image: RGB uint8 (H, W, 3), where it was kept.
    """

    time: float
    size: tuple[int, int]
    ids: list[int]
    labels: np.ndarray = field(repr=False)
    scores: np.ndarray = field(repr=False)
    rles: list[dict[str, Any]] = field(repr=False)
    overlaps: np.ndarray = field(repr=False)
    motion: np.ndarray = field(repr=False)
    carried: bool = False
    image: np.ndarray | None = field(default=None, repr=False)


def encode_frames(
    inferencer: "AVSInferencer",
    frames: Iterable[tuple[float, np.ndarray, bool]],
    tracker: Tracker,
    *,
    carry: bool = False,
    keep_images: bool = False,
) -> Iterator[EncodedFrame]:
    """Find the candidates of the frames that are due, a batch of them at a time.

    Args:
        frames: Time, image (H, W, 3) and whether it is due, as of ``frames_every``.
        carry: Whether the frames between are given too, with the candidates of the nearest frame
            that was due. About a batch of frames and those between them are held.
    """
    before: EncodedFrame | None = None
    meter = MotionMeter()
    for batch in _batches(frames, due=inferencer.batch_size, carry=carry):
        due = [(time, image) for time, image, is_due in batch if is_due]
        found = _encode(inferencer, due, tracker, meter) if due else []
        known = [*([before] if before else []), *found]
        for time, image, _ in batch:
            nearest = min(known, key=lambda frame: abs(frame.time - time))
            yield replace(
                nearest,
                time=time,
                carried=nearest.time != time,
                image=image if keep_images else None,
            )
        before = known[-1]


def _batches(
    frames: Iterable[tuple[float, np.ndarray, bool]], *, due: int, carry: bool
) -> Iterator[list[tuple[float, np.ndarray, bool]]]:
    """Gather frames until ``due`` of them are due; a batch but the last ends with such a one."""
    batch: list[tuple[float, np.ndarray, bool]] = []
    for frame in frames:
        if frame[2] or carry:
            batch.append(frame)
        if frame[2] and sum(is_due for *_, is_due in batch) == due:
            yield batch
            batch = []
    if batch:
        yield batch


def _encode(
    inferencer: "AVSInferencer",
    images: list[tuple[float, np.ndarray]],
    tracker: Tracker,
    meter: MotionMeter,
) -> list[EncodedFrame]:
    encoded = []
    candidates_of = inferencer.find_candidates([image for _, image in images])
    for (time, image), candidates in zip(images, candidates_of, strict=True):
        masks = candidates.masks.numpy()
        labels, rles = candidates.labels.numpy(), encode_rle(masks)
        embeddings = candidates.embeddings.numpy() if "embeddings" in candidates else None
        encoded.append(
            EncodedFrame(
                time=time,
                size=image.shape[:2],
                ids=tracker.update(time, labels.tolist(), rles, embeddings),
                labels=labels,
                scores=candidates.scores.numpy(),
                rles=rles,
                overlaps=mask_overlaps(masks),
                motion=meter.update(image, masks),
            )
        )
    return encoded
