"""The sound side of a video: which of its frames' candidates sound."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
import torch
from mmengine.structures import InstanceData
from torch import Tensor

from avs_mm.apis.encoded_frames import EncodedFrame
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.sounding_decision import sounding_under
from avs_mm.apis.video_sound import SoundWindows, window_end
from avs_mm.tracking import Hysteresis, colour_of

if TYPE_CHECKING:
    from avs_mm.apis.inferencer import AVSInferencer

__all__ = ["frames_under_sound"]


def frames_under_sound(
    inferencer: "AVSInferencer",
    frames: Iterable[EncodedFrame],
    windows: SoundWindows,
    *,
    duration: float,
    audio_every: float | None,
    hysteresis: Hysteresis,
) -> Iterator[Frame]:
    """Tell frame by frame which candidates sound; a few frames are read ahead.

    Args:
        windows: Of the sound.
        duration: Of the video, in seconds.
        audio_every: As of ``AVSInferencer.stream``.
    """
    frames = iter(frames)
    known: dict[float, Tensor] = {}  # the sound's encoding, by where its second ends
    while batch := list(islice(frames, inferencer.batch_size)):
        if not inferencer.uses_sound:
            yield from (_most_confident(inferencer, frame) for frame in batch)
            continue
        ends = [window_end(frame.time, every=audio_every, duration=duration) for frame in batch]
        new = sorted(set(ends) - known.keys())
        if new:
            encodings = inferencer.encode_sounds([windows.ending_at(end) for end in new])
            known |= zip(new, encodings, strict=True)
        known = {end: known[end] for end in ends}
        scores = inferencer.score_sounds(
            [known[end] for end in ends], candidates=[frame.labels for frame in batch]
        )
        for frame, end, category_scores in zip(batch, ends, scores, strict=True):
            audio_scores = category_scores[frame.labels]
            if frame.features is not None:
                audio_scores = audio_scores * _ranks(inferencer, frame, known[end])
            sounding = sounding_under(
                frame.overlaps,
                frame.labels,
                audio_scores,
                hysteresis.thresholds(frame.ids, at=inferencer.threshold),
            )
            hysteresis.update(frame.ids, sounding)
            yield _frame(inferencer, frame, audio_scores, sounding)


@torch.no_grad()
def _ranks(inferencer: "AVSInferencer", frame: EncodedFrame, encoding: Tensor) -> np.ndarray:
    """Rank a frame's candidates within their categories, (n,) in [0, 1]."""
    candidates = InstanceData(
        labels=torch.from_numpy(frame.labels), features=torch.from_numpy(frame.features)
    )
    (ranked,), _ = inferencer.model.under_sound([candidates.to(encoding.device)], encoding[None])
    return ranked.ranks.cpu().numpy()


def _most_confident(inferencer: "AVSInferencer", frame: EncodedFrame) -> Frame:
    """Answer as stage 1 does, which uses no sound (Table 4, w/o AVSC)."""
    sounding = np.zeros(len(frame.ids), bool)
    if len(sounding):
        sounding[frame.scores.argmax()] = True
    return _frame(inferencer, frame, None, sounding)


def _frame(
    inferencer: "AVSInferencer",
    frame: EncodedFrame,
    audio_scores: np.ndarray | None,
    sounding: np.ndarray,
) -> Frame:
    objects = [
        AVSObject(
            id=track,
            category=inferencer.classes[frame.labels[index]],
            rle=frame.rles[index],
            visual_score=float(frame.scores[index]),
            audio_score=None if audio_scores is None else float(audio_scores[index]),
            sounding=bool(sounding[index]),
            colour=colour_of(track),
            label=int(frame.labels[index]),
        )
        for index, track in enumerate(frame.ids)
    ]
    return Frame(
        time=frame.time,
        size=frame.size,
        objects=objects,
        carried=frame.carried,
        image=frame.image,
    )
