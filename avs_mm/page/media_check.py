"""What an uploaded file holds, and whether the page takes it."""

from dataclasses import dataclass
from pathlib import Path

import av

from avs_mm.media import probe_video
from avs_mm.page.container import media_type
from avs_mm.page.limits import Limits
from avs_mm.page.page_error import PageError

__all__ = ["MediaFacts", "check_media"]


@dataclass(frozen=True)
class MediaFacts:
    """Of a file: its media type, its length in seconds, and what it holds."""

    media_type: str
    duration: float
    has_video: bool
    has_audio: bool


def check_media(path: Path, *, name: str, limits: Limits) -> MediaFacts:
    """Look into a file of sound or video.

    Args:
        name: What the user calls it.

    Raises:
        PageError: The file is no sound or video, is damaged, too long or too large in its frames.
    """
    kind = media_type(path)
    if kind is None:
        raise PageError(f"{name} is no video or sound known to this page; give an MP4, WebM or WAV")
    try:
        width, height, longest = _probe(path)
        if longest > limits.seconds + 0.5:
            raise PageError(
                f"{name} is {longest:.0f} s long, and this page takes {limits.seconds:g} s; cut it"
            )
        if width * height > limits.pixels:
            raise PageError(
                f"{name} has frames of {width}x{height}, which are too large for this page; "
                "make it smaller"
            )
        with av.open(str(path)) as container:
            has_audio = bool(container.streams.audio)
        duration = probe_video(path).duration if width else longest
    except PageError:
        raise
    except (av.error.FFmpegError, ValueError) as error:
        raise PageError(
            f"{name} cannot be read as video or sound; it may be damaged: convert it to MP4"
        ) from error
    # What the header says is not more than what the packets say.
    return MediaFacts(kind, min(duration, limits.seconds), bool(width), has_audio)


def _probe(path: Path) -> tuple[int, int, float]:
    """Return width, height and length without decoding: the length is that of the packets."""
    with av.open(str(path)) as container:
        start = (container.start_time or 0) / av.time_base
        pictures = container.streams.video
        streams = [*pictures[:1], *container.streams.audio[:1]]
        if not streams:
            return 0, 0, 0.0
        longest = 0.0
        for packet in container.demux(streams):
            if packet.pts is not None and packet.time_base:
                end = (packet.pts + (packet.duration or 0)) * packet.time_base
                longest = max(longest, float(end) - start)
        size = (pictures[0].width, pictures[0].height) if pictures else (0, 0)
        return *size, longest
