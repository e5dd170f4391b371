"""Videos of the kinds that people have, written by PyAV."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np


def write_clip(
    path: Path,
    *,
    seconds: float = 2.0,
    fps: int = 5,
    size: tuple[int, int] = (48, 64),
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    rate: int | None = 16_000,
    channels: int = 1,
    images: bool = True,
    times: list[float] | None = None,
) -> Path:
    """Write a clip of changing grey, with a 500 Hz tone unless ``rate`` is None.

    Args:
        times: Of the frames, in seconds, where they do not come at a constant rate.
    """
    height, width = size
    with av.open(str(path), "w") as container:
        if images:
            video = container.add_stream(codec, rate=fps)
            video.width, video.height, video.pix_fmt = width, height, pix_fmt
            video.time_base = video.codec_context.time_base = Fraction(1, 1000)
        if rate is not None:
            layout = {1: "mono", 2: "stereo"}[channels]
            sound = container.add_stream("aac", rate=rate, layout=layout)
        if images:
            for place, time in enumerate(times or [i / fps for i in range(round(seconds * fps))]):
                image = np.full((height, width, 3), 20 + 20 * (place % 10), np.uint8)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
        if rate is not None:
            tone = 0.5 * np.sin(2 * np.pi * 500 * np.arange(round(seconds * rate)) / rate)
            samples = np.repeat(tone[None].astype(np.float32), channels, axis=0)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate = rate
            container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path


def turn_by_tag(path: Path) -> Path:
    """Tell players to turn an MP4's pictures clockwise by 90°, as a phone that is held upright."""
    # The matrix of the track header: 36 bytes, 40 bytes after the box's name and version.
    content = bytearray(path.read_bytes())
    place = content.index(b"tkhd") + 4 + 40
    assert content[place : place + 4] == (1 << 16).to_bytes(4, "big")
    matrix = [0, 1, 0, -1, 0, 0, 0, 0, 1 << 14]
    values = [value << 16 for value in matrix]
    content[place : place + 36] = b"".join(v.to_bytes(4, "big", signed=True) for v in values)
    path.write_bytes(content)
    return path
