"""A video whose candidates were found once, to be judged under any number of sounds."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from rich.progress import track

from avs_mm.apis.encoded_frames import EncodedFrame, encode_frames
from avs_mm.apis.frame import Frame
from avs_mm.apis.frame_times import frames_every
from avs_mm.apis.frames_under_sound import frames_under_sound
from avs_mm.apis.instances_in_sync import synchrony_of_objects, tell_instances_apart
from avs_mm.apis.video_sound import Sound, SoundWindows, sound_chunks
from avs_mm.media import VideoInfo, read_video_frames
from avs_mm.tracking import Hysteresis, MotionMeter, Tracker

if TYPE_CHECKING:
    from avs_mm.apis.inferencer import AVSInferencer

__all__ = ["EncodedVideo", "encode_video"]


@dataclass(frozen=True)
class EncodedVideo:
    """A video's candidates, of ``AVSInferencer.set_video``; a mask takes a few kilobytes.

    Attributes:
        inferencer: What has found them.
        path: Of the video.
        info: Its size, frame rate and length.
        frames: In the order of their times.
    """

    inferencer: "AVSInferencer" = field(repr=False)
    path: Path
    info: VideoInfo
    frames: list[EncodedFrame] = field(repr=False)

    @property
    def fps(self) -> float:
        """Frames a second of the video, on average."""
        return self.info.fps

    @property
    def duration(self) -> float:
        """Length of the video in seconds."""
        return self.info.duration

    @property
    def has_audio(self) -> bool:
        """Whether the video has a sound track."""
        return self.info.has_audio

    @property
    def times(self) -> list[float]:
        """Seconds of the frames."""
        return [frame.time for frame in self.frames]

    def with_audio(
        self,
        sound: Sound = None,
        *,
        audio_every: float | None = 1.0,
        hysteresis: float = 0.0,
        instances: Literal["category", "synchrony"] = "category",
    ) -> list[Frame]:
        """Judge the candidates by a sound; the image side is not touched.

        Args:
            sound: A file, or a waveform (N,) in [-1, 1] of 16 kHz, cut or padded with silence to
                the video; None is the video's own.
            audio_every, hysteresis: As of ``AVSInferencer.stream``.
            instances: Of several objects of a category that sounds, "category" lets all sound,
                "synchrony" those that move when something sets in (``tell_instances_apart``). It
                takes a model with ``candidates_per_category`` above 1, some seconds, and ten frames
                a second or so (``every=0.1`` of `AVSInferencer.set_video`).

        Returns:
            A frame a time, with the same ids under every sound.

        Raises:
            FileNotFoundError: There is no such file.
            ValueError: The video has no sound track, a file cannot be decoded, or a waveform has
                another form; instances is another word, or goes by a sound the model does not use.
        """
        if instances not in ("category", "synchrony"):
            raise ValueError(f"instances is 'category' or 'synchrony', not {instances!r}")
        if instances == "synchrony" and not self.inferencer.uses_sound:
            raise ValueError(
                "this model uses no sound: give one of stage 2, or leave out instances"
            )
        windows = SoundWindows(self._chunks(sound), seconds_before=self.inferencer.seconds_before)
        frames = frames_under_sound(
            self.inferencer,
            self.frames,
            windows,
            duration=self.duration,
            audio_every=audio_every,
            hysteresis=Hysteresis(hysteresis),
        )
        if instances == "category":
            return list(frames)
        waveform = np.concatenate([np.zeros(0, np.float32), *self._chunks(sound)])
        return tell_instances_apart(list(frames), synchrony_of_objects(self.frames, waveform))

    def category_scores(self, sound: Sound = None) -> np.ndarray:
        """Score the categories in every second of a sound, whatever the frames show.

        Args:
            sound: As of `with_audio`.

        Returns:
            (T, K) in [0, 1]: row i is that of [i, i + 1]; the last second of the video ends where
            the video does.

        Raises:
            FileNotFoundError, ValueError: As of `with_audio`; the model uses no sound.
        """
        inferencer = self.inferencer
        if not inferencer.uses_sound:
            raise ValueError("this model uses no sound, so it scores none; give one of stage 2")
        windows = SoundWindows(self._chunks(sound), seconds_before=inferencer.seconds_before)
        seconds = range(1, max(1, math.ceil(self.duration - 0.05)) + 1)
        ends = [max(1.0, min(second, self.duration)) for second in seconds]
        encodings = inferencer.encode_sounds([windows.ending_at(end) for end in ends])
        return inferencer.score_sounds(encodings)

    def _chunks(self, sound: Sound) -> Iterable[np.ndarray]:
        return sound_chunks(self.path, self.info, sound) if self.inferencer.uses_sound else ()


def encode_video(
    inferencer: "AVSInferencer",
    path: Path,
    info: VideoInfo,
    *,
    every: float | None,
    progress: bool,
    is_wanted: Callable[[], bool] | None,
) -> EncodedVideo:
    """Find the candidates of a video; the arguments are those of ``AVSInferencer.set_video``.

    Raises:
        InterruptedError, ValueError: As there.
    """
    images = frames_every(read_video_frames(path), every)
    total = info.duration / every if every else info.num_frames
    frames = []
    for frame in track(
        encode_frames(inferencer, images, Tracker(), meter=MotionMeter()),
        f"Segmenting {path.name}",
        total=max(1, round(total)),
        disable=not progress,
    ):
        frames.append(frame)
        if is_wanted is not None and not is_wanted():
            raise InterruptedError(f"{path}: is not wanted any more")
    return EncodedVideo(inferencer=inferencer, path=path, info=info, frames=frames)
