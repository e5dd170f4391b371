"""The annotated and the predicted tracks of a video, as the scores of AVISeg compare them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from pycocotools import mask as coco_mask

from avs_mm.datasets.avis_layout import AVISTrack, AVISVideo, to_rle
from avs_mm.rle import encode_rle

__all__ = ["PredictedTrack", "VideoTracks", "empty_rle", "video_tracks"]

RLE = dict[str, Any]


@dataclass(frozen=True)
class PredictedTrack:
    """What a model says of one object: a mask a frame, None where it does not sound."""

    category_id: int
    score: float
    masks: tuple[RLE | None, ...]

    @cached_property
    def area(self) -> float:
        """Mean area of the frames in which there is a pixel, 0 if there is none."""
        areas = [coco_mask.area(mask) for mask in self.masks if mask is not None]
        return float(np.mean([area for area in areas if area] or [0]))


@dataclass(frozen=True)
class VideoTracks:
    """The G annotated and the P predicted tracks of a video of T frames."""

    name: str
    truth: tuple[AVISTrack, ...]  # their segmentations are RLEs
    predicted: tuple[PredictedTrack, ...]
    num_frames: int

    @cached_property
    def truth_present(self) -> np.ndarray:
        """Whether an annotated object sounds in a frame, bool (T, G)."""
        return _present([track.segmentations for track in self.truth], self.num_frames)

    @cached_property
    def predicted_present(self) -> np.ndarray:
        """Whether a predicted track has a mask in a frame, be it empty, bool (T, P)."""
        return _present([track.masks for track in self.predicted], self.num_frames)

    @cached_property
    def ious(self) -> np.ndarray:
        """IoU of annotated and predicted masks, (T, G, P); 0 where either is missing."""
        ious = np.zeros((self.num_frames, len(self.truth), len(self.predicted)))
        for frame, (rows, columns) in enumerate(
            zip(self.truth_present, self.predicted_present, strict=True)
        ):
            truth = [self.truth[place].segmentations[frame] for place in np.flatnonzero(rows)]
            masks = [self.predicted[place].masks[frame] for place in np.flatnonzero(columns)]
            if truth and masks:
                found = coco_mask.iou(truth, masks, [False] * len(masks))
                ious[frame][np.ix_(rows, columns)] = found
        return ious

    @cached_property
    def alignment(self) -> np.ndarray:
        """How far two tracks are the same object over the whole video, (G, P) in [0, 1].

        Source: the global alignment of HOTA (Luiten et al., IJCV 2021), over all categories.
        """
        rest = self.ious.sum(axis=1, keepdims=True) + self.ious.sum(axis=2, keepdims=True)
        rest = rest - self.ious
        shared = np.divide(self.ious, rest, out=np.zeros_like(rest), where=rest > 1e-12)
        shared = shared.sum(axis=0)
        frames = self.truth_present.sum(axis=0)[:, None] + self.predicted_present.sum(axis=0)
        either = frames - shared
        return np.divide(shared, either, out=np.zeros_like(shared), where=either > 0)


def video_tracks(
    video: AVISVideo, predicted: Sequence[PredictedTrack], *, keep_empty: bool
) -> VideoTracks:
    """Put a video's annotation and prediction side by side.

    Args:
        keep_empty: Whether an empty mask counts: an annotated one as an object to be found, and a
            predicted one, which a frame without a mask then has too, as AVISeg's own predictor
            writes it. Without, an empty mask is none, and a track of none is left out.

    Raises:
        ValueError: A track has another number or size of masks than the video has frames.
    """
    truth = [
        replace(
            track,
            segmentations=tuple(
                None if segmentation is None else to_rle(segmentation, video.size)
                for segmentation in track.segmentations
            ),
        )
        for track in video.tracks
    ]
    tracks = []
    for track in predicted:
        if len(track.masks) != len(video.files):
            raise ValueError(
                f"a track of video {video.name} has {len(track.masks)} masks, but the video "
                f"{len(video.files)} frames; give one a frame, None where it does not sound"
            )
        masks = [None if mask is None else to_rle(mask, video.size) for mask in track.masks]
        sizes = {tuple(mask["size"]) for mask in masks if mask is not None} - {video.size}
        if sizes:
            raise ValueError(
                f"a mask of video {video.name} is of (H, W) = {sizes.pop()}, but the video of "
                f"{video.size}; predict at the size of the annotation"
            )
        if keep_empty:
            masks = [empty_rle(video.size) if mask is None else mask for mask in masks]
        tracks.append(replace(track, masks=tuple(masks)))
    if not keep_empty:
        truth = [
            replace(track, segmentations=seen)
            for track in truth
            if any(seen := _with_pixels(track.segmentations))
        ]
        tracks = [
            replace(track, masks=seen) for track in tracks if any(seen := _with_pixels(track.masks))
        ]
    return VideoTracks(video.name, tuple(truth), tuple(tracks), len(video.files))


def empty_rle(size: Sequence[int]) -> RLE:
    """Return a mask without a pixel, of (H, W)."""
    return encode_rle(np.zeros((1, *size), bool))[0]


def _with_pixels(masks: Sequence[RLE | None]) -> tuple[RLE | None, ...]:
    return tuple(mask if mask is not None and coco_mask.area(mask) else None for mask in masks)


def _present(masks: Sequence[Sequence[RLE | None]], num_frames: int) -> np.ndarray:
    present = np.array([[mask is not None for mask in track] for track in masks], bool)
    return present.reshape(len(masks), num_frames).T
