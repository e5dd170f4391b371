"""Segment a whole video: every frame is predicted with the second of sound that ends in it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from mmengine.structures import InstanceData
from mmseg.structures import SegDataSample
from rich.progress import track

from avs_mm.apis.frame_times import at_constant_rate
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.apis.repeated_pictures import find_in_new_pictures
from avs_mm.atomic_write import atomic_write
from avs_mm.datasets.transforms import crop_with_past
from avs_mm.media import (
    SAMPLE_RATE,
    VideoInfo,
    probe_video,
    read_audio,
    read_video_frames,
    write_video,
)
from avs_mm.visualization import draw_candidates, draw_sound, sounding_candidates

__all__ = ["segment_video"]


def segment_video(
    inferencer: AVSInferencer,
    video: str | Path,
    out: str | Path,
    *,
    audio: str | Path | None = None,
    mute: bool = False,
    report: str | Path | None = None,
    progress: bool = True,
) -> list[dict[str, float]]:
    """Write a copy of a video with what sounds painted in, and with the sound that was used.

    Frames stream through in the inferencer's batches, so that only the sound (64 kB a second) is
    held as a whole. The copy has the video's size and average frame rate; frames of a video of
    varying rate are repeated or dropped so that they stay with the sound.

    Args:
        video: Any video with images.
        out: ``.mp4``, ``.mov`` or ``.mkv``. It appears, or replaces an old one, when complete.
        audio: Sound or video file to use instead, cut or padded with silence to the video.
        mute: Use silence instead.
        report: JSON file with a line a frame: its time and its candidates (category, visual
            ``score``, ``audio_score``, ``area`` in pixels, whether it is ``sounding``).
        progress: Show a progress bar.

    Returns:
        For every second of the video, the categories that sounded in it and the highest audio
        score of each (stage 1, which uses no sound: the highest visual score).

    Raises:
        FileNotFoundError: There is no video or sound of this name.
        ValueError: A file cannot be decoded, the video has no sound, or ``out`` is the video; the
            model predicts no objects, as TPAVI.
    """
    video, out = Path(video), Path(out)
    info = probe_video(video)
    if out.exists() and out.samefile(video):
        raise ValueError(f"{out}: is the video itself; choose another name for the result")
    sound = _sound_to_use(video, info, audio=audio, mute=mute)

    seconds: list[dict[str, float]] = []
    frames = at_constant_rate(read_video_frames(video), fps=info.fps)
    shown = track(
        _predictions(inferencer, frames, sound),
        f"Segmenting {video.name}",
        total=info.num_frames,
        disable=not progress,
    )

    with _written_when_complete(report) as report_file:

        def drawn_frames() -> Iterator[np.ndarray]:
            for index, (time, image, sample) in enumerate(shown):
                candidates = _describe(sample, inferencer.classes)
                line = json.dumps({"time": round(time, 3), "candidates": candidates})
                report_file.write((",\n" if index else "[\n") + line)
                _add_sounding(seconds, int(time), candidates)
                drawn = draw_candidates(
                    image, sample, classes=inferencer.classes, palette=inferencer.palette
                )
                yield draw_sound(drawn, second_ending_at(sound, time), time=time)

        write_video(out, drawn_frames(), fps=info.fps, audio=sound, sample_rate=SAMPLE_RATE)
        report_file.write("\n]\n")
    return seconds


def second_ending_at(sound: np.ndarray, time: float, *, seconds_before: float = 0.0) -> np.ndarray:
    """Cut the second [time - 1, time] out of a sound, (N,) to (16000,); silence where it has ended.

    With ``seconds_before`` what came before that is given too, as by ``LoadAudio``.

    In the first second of a video the sound's first second is taken, although part of it is yet to
    come: the network has learnt on whole seconds, and one that begins in padding sounds like a
    source that has just set in. AVSBench does the same, whose frame i belongs to all of second i.
    """
    start = max(0, round((time - 1) * SAMPLE_RATE))
    return crop_with_past(sound, start, SAMPLE_RATE, before=round(seconds_before * SAMPLE_RATE))


def _sound_to_use(
    video: Path, info: VideoInfo, *, audio: str | Path | None, mute: bool
) -> np.ndarray:
    """Return the sound of the video, of another file, or silence, as long as the video: (N,)."""
    if mute and audio is not None:
        raise ValueError("mute and audio exclude each other: silence, or the sound of a file")
    length = round(info.duration * SAMPLE_RATE)
    if mute:
        return np.zeros(length, np.float32)
    if audio is None and not info.has_audio:
        raise ValueError(
            f"{video}: has no sound track; give a sound with --audio FILE, or --mute for silence"
        )
    sound = read_audio(video if audio is None else audio, sample_rate=SAMPLE_RATE)[:length]
    return np.pad(sound, (0, length - len(sound)))


def _predictions(
    inferencer: AVSInferencer, frames: Iterator[tuple[float, np.ndarray]], sound: np.ndarray
) -> Iterator[tuple[float, np.ndarray, SegDataSample]]:
    """Yield time, image and prediction of every frame, a batch at a time.

    A picture that is shown for long is searched for candidates once.
    """
    shown: tuple[np.ndarray, InstanceData] | None = None
    while batch := list(islice(frames, inferencer.batch_size)):
        times, images = zip(*batch, strict=True)
        before = inferencer.seconds_before
        sounds = [second_ending_at(sound, time, seconds_before=before) for time in times]
        candidates = find_in_new_pictures(images, inferencer.find_candidates, before=shown)
        shown = images[-1], candidates[-1]
        samples = inferencer.judge_candidates(candidates, sounds)
        yield from zip(times, images, samples, strict=True)


def _describe(sample: SegDataSample, classes: list[str]) -> list[dict[str, Any]]:
    candidates = sample.pred_instances
    descriptions = []
    for index, sounding in enumerate(sounding_candidates(sample)):
        description = {
            "category": classes[candidates.labels[index]],
            "score": round(float(candidates.scores[index]), 4),
            "area": int(candidates.masks[index].sum()),
            "sounding": bool(sounding),
        }
        if "audio_scores" in candidates:
            description["audio_score"] = round(float(candidates.audio_scores[index]), 4)
        descriptions.append(description)
    return descriptions


def _add_sounding(
    seconds: list[dict[str, float]], second: int, candidates: list[dict[str, Any]]
) -> None:
    """Enter a frame's sounding candidates into the table of seconds, which grows as needed."""
    seconds.extend({} for _ in range(second + 1 - len(seconds)))
    for candidate in candidates:
        if candidate["sounding"]:
            category, score = (
                candidate["category"],
                candidate.get("audio_score", candidate["score"]),
            )
            seconds[second][category] = max(score, seconds[second].get(category, 0.0))


@contextmanager
def _written_when_complete(path: str | Path | None) -> Iterator[TextIO]:
    """Open a file that gets its name when the block ends well; without a path, write nowhere."""
    if path is None:
        with open(os.devnull, "w") as nowhere:
            yield nowhere
        return
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_write(path) as temporary, temporary.open("w") as file:
        yield file
