"""The sound that a video is judged by: its own, a file's or an array, read as it is needed."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from avs_mm.datasets.transforms import crop_with_past
from avs_mm.media import SAMPLE_RATE, VideoInfo, stream_audio

__all__ = ["Sound", "SoundWindows", "sound_chunks", "window_end"]

Sound = str | Path | np.ndarray | None  # None: the video's own


class SoundWindows:
    """Cuts the second that ends at a time out of a sound, of which it holds little.

    Args:
        chunks: The sound, in parts (n,) of 16 kHz.
        seconds_before: Of sound that come with every second.
    """

    def __init__(self, chunks: Iterable[np.ndarray], *, seconds_before: float = 0.0) -> None:
        self.chunks = iter(chunks)
        self.before = round(seconds_before * SAMPLE_RATE)
        self.held = np.zeros(0, np.float32)
        self.first = 0  # place of the first held sample in the sound

    def ending_at(self, time: float) -> np.ndarray:
        """Cut [time - 1, time] and what came before it; times must not fall.

        In the first second of a video its sound's first second is taken; see
        ``avs_mm.apis.video.second_ending_at``.

        Returns:
            float32 ((1 + seconds_before) * 16000,), zeros where the sound has ended.
        """
        start = max(0, round((time - 1) * SAMPLE_RATE))
        self._hold(max(0, start - self.before), start + SAMPLE_RATE)
        return crop_with_past(self.held, start - self.first, SAMPLE_RATE, before=self.before)

    def _hold(self, begin: int, end: int) -> None:
        if begin < self.first:
            raise ValueError(f"the windows must be cut in order; {begin} is gone")
        parts, reached = [self.held], self.first + len(self.held)
        while reached < end and (part := next(self.chunks, None)) is not None:
            parts.append(part)
            reached += len(part)
        held = np.concatenate(parts)
        gone = min(begin - self.first, len(held))
        self.held, self.first = held[gone:], begin


def window_end(time: float, *, every: float | None, duration: float) -> float:
    """Return where the second of sound ends by which a frame is judged.

    Args:
        time: Of the frame, in seconds.
        every: Seconds from one scored second of sound to the next; None: every frame its own.
        duration: Of the video, in seconds: no window reaches behind it.
    """
    if every is None:
        return time
    place = np.ceil(time / every - 1e-6) * every
    return float(max(1.0, min(place, duration)))


def sound_chunks(path: Path, info: VideoInfo, sound: Sound) -> Iterator[np.ndarray]:
    """Yield the sound of a video, no longer than it, or than a second if it is shorter.

    Args:
        sound: A file, or a waveform (N,) in [-1, 1] of 16 kHz; None is the video's own.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The video has no sound track, a file cannot be decoded, a waveform has another
            form.
    """
    if sound is None and not info.has_audio:
        raise ValueError(
            f"{path}: has no sound track; give a sound (--audio FILE), or silence (--mute)"
        )
    if isinstance(sound, np.ndarray):
        chunks: Iterable[np.ndarray] = [_checked(sound)]
    else:
        chunks = stream_audio(path if sound is None else sound)
    left = round(max(1.0, info.duration) * SAMPLE_RATE)  # a picture has a second, too
    for chunk in chunks:
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _checked(waveform: np.ndarray) -> np.ndarray:
    if waveform.ndim != 1 or not np.issubdtype(waveform.dtype, np.floating):
        raise ValueError(
            f"a sound must be a mono waveform of floats at 16 kHz, (N,), not {waveform.dtype} "
            f"{waveform.shape}; average its channels and divide integers by their largest"
        )
    if not np.isfinite(waveform).all():
        raise ValueError("a sound holds NaN or infinity; write it anew")
    return waveform.astype(np.float32).clip(-1, 1)
