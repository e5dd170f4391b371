"""The image side of a video: the candidates of its frames, and which object each of them is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from mmengine.structures import InstanceData
from pycocotools import mask as coco_mask

from avs_mm.apis.moved_masks import move_masks
from avs_mm.apis.repeated_pictures import find_in_new_pictures
from avs_mm.apis.sounding_decision import mask_overlaps
from avs_mm.rle import encode_rle
from avs_mm.tracking import MotionMeter, Tracker, colour_histogram

if TYPE_CHECKING:
    from avs_mm.apis.inferencer import AVSInferencer

__all__ = ["Carry", "EncodedFrame", "encode_frames"]

Carry = bool | Literal["flow"]


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
        motion: How much moves in them since the frame before, (n,), as of ``MotionMeter``;
            NaN where it was not measured.
        features: What an ``InstanceHead`` ranks them by, (n, C); None without one.
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
    features: np.ndarray | None = field(default=None, repr=False)
    carried: bool = False
    image: np.ndarray | None = field(default=None, repr=False)


def encode_frames(
    inferencer: "AVSInferencer",
    frames: Iterable[tuple[float, np.ndarray, bool]],
    tracker: Tracker,
    *,
    carry: Carry = False,
    keep_images: bool = False,
    meter: MotionMeter | None = None,
) -> Iterator[EncodedFrame]:
    """Find the candidates of the frames that are due, a batch of them at a time.

    A frame whose picture is that of the due frame before it has its candidates.

    Args:
        frames: Time, image (H, W, 3) and whether it is due, as of ``frames_every``.
        carry: Whether the frames between are given too, with the candidates of the nearest frame
            that was due; "flow": whose masks are moved to where the objects are by now. About a
            batch of frames and those between them are held.
        meter: What measures their motion, where it is wanted.

    Raises:
        ValueError: ``carry`` is another word.
    """
    if carry not in (False, True, "flow"):
        raise ValueError(f'carry is False, True or "flow", not {carry!r}')
    before: list[tuple[EncodedFrame, np.ndarray]] = []  # the last one that was due
    shown: tuple[np.ndarray, InstanceData] | None = None
    for batch in _batches(frames, due=inferencer.batch_size, carry=bool(carry)):
        due = [(time, image) for time, image, is_due in batch if is_due]
        known = list(before)
        if due:
            images = [image for _, image in due]
            candidates = find_in_new_pictures(images, inferencer.find_candidates, before=shown)
            shown = images[-1], candidates[-1]
            known += [
                (_encode(time, image, of_image, tracker, meter), image)
                for (time, image), of_image in zip(due, candidates, strict=True)
            ]
        for time, image, _ in batch:
            nearest, origin = min(known, key=lambda pair: abs(pair[0].time - time))
            carried = nearest.time != time
            if carried and carry == "flow" and nearest.ids:
                nearest = _moved(nearest, origin, image)
            yield replace(nearest, time=time, carried=carried, image=image if keep_images else None)
        before = known[-1:]


def _moved(frame: EncodedFrame, origin: np.ndarray, image: np.ndarray) -> EncodedFrame:
    """Move a frame's masks to another picture; what has left that is left out."""
    masks = coco_mask.decode(frame.rles).transpose(2, 0, 1).astype(bool)
    masks = move_masks(masks, origin, image)
    seen = np.flatnonzero(masks.any((1, 2)))
    return replace(
        frame,
        ids=[frame.ids[place] for place in seen],
        labels=frame.labels[seen],
        scores=frame.scores[seen],
        rles=encode_rle(masks[seen]),
        overlaps=mask_overlaps(masks[seen]),
        motion=frame.motion[seen],
        features=None if frame.features is None else frame.features[seen],
    )


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
    time: float,
    image: np.ndarray,
    candidates: InstanceData,
    tracker: Tracker,
    meter: MotionMeter | None,
) -> EncodedFrame:
    masks = candidates.masks.numpy()
    labels, rles = candidates.labels.numpy(), encode_rle(masks)
    embeddings = candidates.embeddings.numpy() if "embeddings" in candidates else None
    return EncodedFrame(
        time=time,
        size=image.shape[:2],
        ids=tracker.update(time, labels.tolist(), rles, embeddings, colour_histogram(image)),
        labels=labels,
        scores=candidates.scores.numpy(),
        rles=rles,
        overlaps=mask_overlaps(masks),
        motion=np.full(len(masks), np.nan) if meter is None else meter.update(image, masks),
        features=candidates.features.numpy() if "features" in candidates else None,
    )
