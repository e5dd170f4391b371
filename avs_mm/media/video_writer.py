"""Videos written, with their sound."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path

import av
import numpy as np

from avs_mm.atomic_write import atomic_write
from avs_mm.media.audio import SAMPLE_RATE, audio_frame

__all__ = ["write_video"]

WRITABLE_SUFFIXES = (".mp4", ".mov", ".mkv")


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
        if height % 2 or width % 2:
            image = np.pad(image, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts, frame.time_base = index, 1 / rate
        container.mux(video.encode(frame))

        # Sound and images are written side by side, so that a player need not look ahead.
        if audio is not None:
            end = round((index + 1) / rate * sample_rate)
            if written < min(end, len(audio)):
                part = audio_frame(audio[written:end], sample_rate, position=written)
                container.mux(sound.encode(part))
            written = end

    container.mux(video.encode(None))
    if audio is not None:
        container.mux(sound.encode(None))
