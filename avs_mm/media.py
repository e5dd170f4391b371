"""Sound and video files, read and written through PyAV.

Times are counted from the file's own start, for sound and images alike, so that sample
``t * sample_rate`` of the sound belongs to the frame at ``t`` seconds.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np

from avs_mm.atomic_write import atomic_write
from avs_mm.file_length import check_length

__all__ = [
    "SAMPLE_RATE",
    "VideoInfo",
    "probe_video",
    "read_audio",
    "read_video_frames",
    "stream_audio",
    "write_video",
]

SAMPLE_RATE = 16_000  # Hz, of every sound that a model is given
RATES = (1000, 768_000)  # Hz, of sounds that are read: at 1 Hz a small file would last for days
MOST_PIXELS = 1 << 26  # of a frame: 8192 x 8192
LONGEST_GAP = 60.0  # seconds from one frame to the next, which is shown until then

# The largest amplitude in each of FFmpeg's sample formats.
FULL_SCALE = {"uint8": 2.0**7, "int16": 2.0**15, "int32": 2.0**31, "float32": 1.0, "float64": 1.0}
WRITABLE_SUFFIXES = (".mp4", ".mov", ".mkv")


@dataclass(frozen=True)
class VideoInfo:
    """What a video file says of itself.

    ``width`` and ``height`` are those of the upright frame in pixels, ``fps`` is the average
    number of frames a second, ``duration`` is in seconds.
    """

    width: int
    height: int
    fps: float
    duration: float
    num_frames: int
    has_audio: bool


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
    return np.concatenate([np.zeros(0, np.float32), *stream_audio(path, sample_rate=sample_rate)])


def stream_audio(path: str | Path, *, sample_rate: int = SAMPLE_RATE) -> Iterator[np.ndarray]:
    """Read sound as `read_audio` does, in parts, so that a long one is never held as a whole.

    Yields:
        float32 (n,) in [-1, 1]; joined they are what `read_audio` returns.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: As of `read_audio`.
    """
    with _opened(path) as container:
        if not container.streams.audio:
            raise ValueError(f"{path}: has no sound track; give a file with sound")
        rate = 0
        resampler = None
        for frame in container.decode(container.streams.audio[0]):
            if not rate:
                # A sound track may begin after the first frame (silence) or before it (an
                # encoder's priming).
                rate = frame.sample_rate
                offset = round(_seconds_from_start(frame, container) * rate)
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


def probe_video(path: str | Path) -> VideoInfo:
    """Read size, frame rate and length of a video without decoding it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read, or holds no images.
    """
    with _opened(path) as container:
        stream = _video_stream(container, path)
        first = next(container.decode(stream), None)
        rate = stream.average_rate or stream.guessed_rate
        if first is None or not rate:
            raise ValueError(f"{path}: has no images to decode; convert or download it again")
        # A container that does not say how many frames it has (mkv, webm) is counted by packets.
        num_frames = stream.frames
        if not num_frames:
            container.seek(0)
            num_frames = sum(packet.size > 0 for packet in container.demux(stream))
        duration = num_frames / float(rate)
        if stream.duration and stream.time_base:
            duration = float(stream.duration * stream.time_base)
        width, height = first.width, first.height
        if first.rotation % 180:
            width, height = height, width
        return VideoInfo(
            width=width,
            height=height,
            fps=float(rate),
            duration=duration,
            num_frames=num_frames,
            has_audio=bool(container.streams.audio),
        )


def read_video_frames(path: str | Path) -> Iterator[tuple[float, np.ndarray]]:
    """Decode a video frame by frame, each turned upright as its rotation tag says.

    Yields:
        Time in seconds, and RGB uint8 (H, W, 3).

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be decoded, holds no images, or none for more than a minute.
    """
    with _opened(path) as container:
        stream = _video_stream(container, path)
        stream.thread_type = "AUTO"
        shown = 0.0
        empty = True
        for frame in container.decode(stream):
            time = _seconds_from_start(frame, container)
            if time - shown > LONGEST_GAP:
                raise ValueError(
                    f"{path}: has no images from {shown:.0f} s to {time:.0f} s; cut them out, or "
                    "repeat the last one there: ffmpeg -i IN -r 10 OUT.mp4"
                )
            shown = time
            image: np.ndarray = frame.to_ndarray(format="rgb24")
            if frame.rotation:
                image = np.ascontiguousarray(np.rot90(image, round(frame.rotation / 90)))
            yield time, image
            empty = False
        if empty:
            raise ValueError(f"{path}: has no images to decode; convert or download it again")


def write_video(
    path: str | Path,
    frames: Iterable[np.ndarray],
    *,
    fps: float,
    audio: np.ndarray | None = None,
    sample_rate: int = SAMPLE_RATE,
) -> None:
    """Write an h264 (yuv420p) video with aac sound, taking the frames one at a time.

    Odd sizes are padded to even ones by repeating the last row or column. The sound is cut where
    the images end. The file appears under its name only when it is complete.

    Args:
        path: ``.mp4``, ``.mov`` or ``.mkv``; missing folders are made.
        frames: RGB uint8 (H, W, 3), all of one size; a generator is not exhausted beforehand.
        fps: Frames a second.
        audio: (N,) in [-1, 1], or None for a mute video.
        sample_rate: Of ``audio``, in Hz.

    Raises:
        ValueError: No frames, frames of several sizes or types, sound of the wrong shape, or a
            name of which the container does not follow.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITABLE_SUFFIXES:
        raise ValueError(f"{path}: cannot write this kind of file; end it in {WRITABLE_SUFFIXES}")
    if audio is not None and (audio.ndim != 1 or not np.isfinite(audio).all()):
        raise ValueError(f"{path}: audio must be finite and mono, (N,); got {audio.shape}")
    images = _images_of_one_size(frames, path)
    first = next(images, None)
    if first is None:
        raise ValueError(f"{path}: there are no frames to write; check the video they come from")

    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        atomic_write(path) as temporary,
        av.open(str(temporary), "w") as container,
    ):
        _encode(container, first, images, fps=fps, audio=audio, sample_rate=sample_rate)


@contextmanager
def _opened(path: str | Path) -> Iterator[av.container.InputContainer]:
    """Open a media file; what FFmpeg cannot do with it becomes a ValueError that names it."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; check the path (and data_root, if any)")
    check_length(path)
    # A wav says all in its header; without this limit FFmpeg reads the sound twice.
    options = {"probesize": "8192"} if Path(path).suffix.lower() == ".wav" else {}
    try:
        with av.open(str(path), options=options, metadata_errors="ignore") as container:
            for stream in container.streams.audio:
                if stream.rate and not RATES[0] <= stream.rate <= RATES[1]:
                    raise ValueError(
                        f"{path}: its header says {stream.rate} Hz, and sounds are of {RATES[0]} "
                        f"to {RATES[1]} Hz; write it anew with its true rate"
                    )
            for images in container.streams.video:
                images.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
            yield container
    except av.error.FFmpegError as error:
        raise _unreadable(path, error.strerror) from error
    except ValueError as error:
        if str(path) in str(error):
            raise
        raise _unreadable(path, error) from error
    except Exception as error:  # what a damaged header says ends in many ways
        raise _unreadable(path, error) from error


def _unreadable(path: str | Path, error: Any) -> ValueError:
    return ValueError(
        f"{path}: not readable as sound or video ({error}); "
        "download it again or convert it with ffmpeg"
    )


def _video_stream(container: av.container.InputContainer, path: str | Path) -> av.VideoStream:
    if not container.streams.video:
        raise ValueError(f"{path}: has no images; give a video")
    return container.streams.video[0]


def _seconds_from_start(
    frame: av.AudioFrame | av.VideoFrame, container: av.container.InputContainer
) -> float:
    start = (container.start_time or 0) / av.time_base
    return 0.0 if frame.time is None else frame.time - start


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
        frame = _audio_frame(waveform, self.rate, position=self.position)
        self.position += len(waveform)
        for resampled in self.resampler.resample(frame):
            yield resampled.to_ndarray()[0]

    def rest(self) -> Iterator[np.ndarray]:
        """Yield what the filter still holds at the sound's end."""
        for resampled in self.resampler.resample(None):
            yield resampled.to_ndarray()[0]


def _resampled(waveform: np.ndarray, resampler: _Resampler | None) -> Iterator[np.ndarray]:
    parts = [waveform] if resampler is None else resampler(waveform)
    for part in parts:
        yield part.clip(-1, 1)


def _audio_frame(waveform: np.ndarray, rate: int, *, position: int) -> av.AudioFrame:
    samples = np.ascontiguousarray(waveform, dtype=np.float32)[None]  # (1, n)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), position
    return frame


def _images_of_one_size(frames: Iterable[np.ndarray], path: Path) -> Iterator[np.ndarray]:
    shape = None
    for index, image in enumerate(frames):
        shape = shape or image.shape
        if image.ndim != 3 or image.shape != (*shape[:2], 3) or image.dtype != np.uint8:
            raise ValueError(
                f"{path}: frame {index} is {image.dtype} {image.shape}, but a video takes uint8 "
                f"RGB frames of one size, (H, W, 3); convert or resize it (frame 0: {shape})"
            )
        yield image


def _encode(
    container: av.container.OutputContainer,
    first: np.ndarray,
    rest: Iterator[np.ndarray],
    *,
    fps: float,
    audio: np.ndarray | None,
    sample_rate: int,
) -> None:
    height, width = first.shape[:2]
    rate = Fraction(fps).limit_denominator(1001)
    video = container.add_stream("libx264", rate=rate, options={"preset": "veryfast", "crf": "18"})
    video.width, video.height, video.pix_fmt = width + width % 2, height + height % 2, "yuv420p"
    if audio is not None:
        sound = container.add_stream("aac", rate=sample_rate, layout="mono")
        audio = audio.clip(-1, 1)

    written = 0
    for index, image in enumerate(chain([first], rest)):
        even = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(even, format="rgb24")
        frame.pts, frame.time_base = index, 1 / rate
        container.mux(video.encode(frame))

        # Sound and images are written side by side, so that a player need not look ahead.
        if audio is not None:
            end = round((index + 1) / rate * sample_rate)
            if written < min(end, len(audio)):
                part = _audio_frame(audio[written:end], sample_rate, position=written)
                container.mux(sound.encode(part))
            written = end

    container.mux(video.encode(None))
    if audio is not None:
        container.mux(sound.encode(None))
