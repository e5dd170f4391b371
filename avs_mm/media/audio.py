"""Sound of sound and video files as mono waveforms."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from avs_mm.media.container import opened, seconds_from_start
from avs_mm.media.plain_wav import read_plain_wav

__all__ = ["SAMPLE_RATE", "audio_frame", "read_audio", "resampled", "stream_audio"]

SAMPLE_RATE = 16_000  # Hz, of every sound that a model is given

# The largest amplitude in each of FFmpeg's sample formats.
FULL_SCALE = {"uint8": 2.0**7, "int16": 2.0**15, "int32": 2.0**31, "float32": 1.0, "float64": 1.0}


def read_audio(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """Read the sound of a sound or video file as mono.

    The channels are averaged before anything else: FFmpeg's own stereo downmix of float sound is
    1.414 times the mean. A 16 kHz file is returned sample for sample.

    Args:
        path: Anything FFmpeg decodes: wav, flac, mp3, mp4, ...
        sample_rate: Hz of the result.

    Returns:
        float32 (N,) in [-1, 1].

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be decoded, or holds no sound.
    """
    plain = read_plain_wav(path, sample_rate=sample_rate)
    if plain is not None:
        return plain
    return np.concatenate([np.zeros(0, np.float32), *stream_audio(path, sample_rate=sample_rate)])


def stream_audio(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> Iterator[np.ndarray]:
    """Read sound as `read_audio` does, in parts, so that a long one is never held as a whole.

    Yields:
        float32 (n,) in [-1, 1]; joined they are what `read_audio` returns.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: As of `read_audio`.
    """
    with opened(path) as container:
        if not container.streams.audio:
            raise ValueError(f"{path}: has no sound track; give a file with sound")
        rate = 0
        resampler = None
        for frame in container.decode(container.streams.audio[0]):
            if not rate:
                # A sound track may begin after the first frame (silence) or before it (an
                # encoder's priming).
                rate = frame.sample_rate
                offset = round(seconds_from_start(frame, container) * rate)
                resampler = _Resampler(rate, sample_rate) if rate != sample_rate else None
                if offset > 0:
                    yield from _resampled(np.zeros(offset, np.float32), resampler)
                surplus = max(0, -offset)
            if frame.sample_rate != rate:
                rates = sorted({rate, frame.sample_rate})
                raise ValueError(f"{path}: its sample rate changes ({rates} Hz); convert it to one")
            part = _mean_of_channels(frame)
            if not np.isfinite(part).all():
                raise ValueError(f"{path}: its sound holds NaN or infinity; write the file anew")
            kept, surplus = part[surplus:], max(0, surplus - len(part))
            if len(kept):
                yield from _resampled(kept, resampler)
        if not rate:
            raise ValueError(f"{path}: its sound track is empty; record or download the file again")
        if resampler is not None:
            yield from (part.clip(-1, 1) for part in resampler.rest())


def _mean_of_channels(frame: av.AudioFrame) -> np.ndarray:
    """Average the channels of a decoded frame to float32 (n,) in [-1, 1]."""
    samples: np.ndarray = frame.to_ndarray()  # planar (C, n), packed (1, n * C)
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        samples = samples.reshape(-1, channels).T
    mean = samples[0] if channels == 1 else samples.mean(axis=0, dtype=np.float64)
    if samples.dtype == np.uint8:
        mean = mean - 128.0
    return (mean / FULL_SCALE[samples.dtype.name]).astype(np.float32)


class _Resampler:
    """Brings a mono sound that comes in parts to another rate."""

    def __init__(self, rate: int, sample_rate: int) -> None:
        self.rate = rate
        self.resampler = av.AudioResampler(format="flt", layout="mono", rate=sample_rate)
        self.position = 0

    def __call__(self, waveform: np.ndarray) -> Iterator[np.ndarray]:
        frame = audio_frame(waveform, self.rate, position=self.position)
        self.position += len(waveform)
        for resampled in self.resampler.resample(frame):
            yield resampled.to_ndarray()[0]

    def rest(self) -> Iterator[np.ndarray]:
        """Yield what the filter still holds at the sound's end."""
        for resampled in self.resampler.resample(None):
            yield resampled.to_ndarray()[0]


def resampled(waveform: np.ndarray, *, rate: int, sample_rate: int = SAMPLE_RATE) -> np.ndarray:
    """Bring a mono sound (N,) to another rate, as `read_audio` does; float32 in [-1, 1]."""
    if rate == sample_rate:
        return waveform.astype(np.float32).clip(-1, 1)
    resampler = _Resampler(rate, sample_rate)
    parts = [*resampler(waveform), *resampler.rest()]
    return np.concatenate([np.zeros(0, np.float32), *parts]).clip(-1, 1)


def _resampled(waveform: np.ndarray, resampler: _Resampler | None) -> Iterator[np.ndarray]:
    parts = [waveform] if resampler is None else resampler(waveform)
    for part in parts:
        yield part.clip(-1, 1)


def audio_frame(waveform: np.ndarray, rate: int, *, position: int) -> av.AudioFrame:
    """Return a part of a sound, (n,), that begins at a sample, as FFmpeg's frame."""
    samples = np.ascontiguousarray(waveform, dtype=np.float32)[None]  # (1, n)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), position
    return frame
