"""Media files opened through FFmpeg, whose faults become errors that name the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av

from avs_mm.file_length import check_length

__all__ = ["opened", "seconds_from_start"]

RATES = (1000, 768_000)  # Hz, of sounds that are read: at 1 Hz a small file would last for days
MOST_PIXELS = 1 << 26  # of a frame: 8192 x 8192


@contextmanager
def opened(path: str | Path) -> Iterator[av.container.InputContainer]:
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


def seconds_from_start(
    frame: av.AudioFrame | av.VideoFrame, container: av.container.InputContainer
) -> float:
    """Return a frame's time, counted from the file's own start."""
    start = (container.start_time or 0) / av.time_base
    return 0.0 if frame.time is None else frame.time - start
