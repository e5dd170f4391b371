"""Videos read: what they say of themselves, and their frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from avs_mm.media.container import opened, seconds_from_start

__all__ = ["VideoInfo", "probe_video", "read_video_frames"]

LONGEST_GAP = 60.0  # seconds from one frame to the next, which is shown until then


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


def probe_video(path: str | Path) -> VideoInfo:
    """Read size, frame rate and length of a video without decoding it.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: The file cannot be read, or holds no images.
    """
    with opened(path) as container:
        stream = _video_stream(container, path)
        first = next(container.decode(stream), None)
        rate = stream.average_rate or stream.guessed_rate
        if first is None or not rate:
            raise ValueError(f"{path}: has no images to decode; convert or download it again")
        # A container that does not say how many frames it has (mkv, webm) is counted by packets.
        num_frames = stream.frames
        container.seek(container.duration or 0 if num_frames else 0)
        number, last = _packets_from_here(container, stream)
        num_frames = num_frames or number
        # A header knows when frames are decoded. Those of a varying rate may be shown later.
        header = num_frames / float(rate)
        if stream.duration and stream.time_base:
            header = float(stream.duration * stream.time_base)
        duration = max(header, last + 1 / float(rate))
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
    with opened(path) as container:
        stream = _video_stream(container, path)
        stream.thread_type = "AUTO"
        shown = 0.0
        empty = True
        for frame in container.decode(stream):
            time = seconds_from_start(frame, container)
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


def _packets_from_here(
    container: av.container.InputContainer, stream: av.VideoStream
) -> tuple[int, float]:
    """Return the number of frames that follow, and when the last is shown, in seconds."""
    start = (container.start_time or 0) / av.time_base
    number, last = 0, 0.0
    for packet in container.demux(stream):
        number += packet.size > 0
        if packet.pts is not None and packet.time_base:
            last = max(last, float(packet.pts * packet.time_base) - start)
    return number, last


def _video_stream(container: av.container.InputContainer, path: str | Path) -> av.VideoStream:
    if not container.streams.video:
        raise ValueError(f"{path}: has no images; give a video")
    return container.streams.video[0]
