"""A video an object that is transparent but where the object sounds: ProRes 4444."""

from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from typing_extensions import Self

from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.atomic_write import atomic_write

__all__ = ["AlphaVideos"]

MOST_OBJECTS = 32  # an encoder each


class AlphaVideos:
    """Writes ``object_1_dog.mov``, ``object_2_cat.mov`` ..., each as long as the video, no sound.

    An object has a file from the frame on in which it first sounds; before, it is transparent.

    Args:
        folder: For the videos; it is made.
        fps: Frames a second, at which the frames come.

    Raises:
        ValueError: A frame has no image, or more than 32 objects have sounded.
    """

    def __init__(self, folder: str | Path, *, fps: float) -> None:
        self.folder = Path(folder)
        self.rate = Fraction(fps).limit_denominator(1001)
        self.number = 0
        self.videos: dict[int, _Video] = {}

    def __enter__(self) -> Self:
        return self

    def add(self, frame: Frame) -> None:
        """Write a frame of every object."""
        if frame.image is None:
            raise ValueError("a frame without its image cannot be cut out; take those of stream()")
        sounding = {found.id: found for found in frame.sounding}
        for track, found in sounding.items():
            if track not in self.videos:
                self.videos[track] = self._begin(found, frame.size)
        for track, video in self.videos.items():
            video.write(_cut_out(frame.image, sounding.get(track)), self.number)
        self.number += 1

    def _begin(self, found: AVSObject, size: tuple[int, int]) -> "_Video":
        if len(self.videos) == MOST_OBJECTS:
            raise ValueError(
                f"{self.folder}: more than {MOST_OBJECTS} objects sound; cut the video, or save "
                "masks instead"
            )
        name = found.category.replace("/", "-").replace(" ", "_")
        self.folder.mkdir(parents=True, exist_ok=True)
        files = ExitStack()
        path = files.enter_context(atomic_write(self.folder / f"object_{found.id}_{name}.mov"))
        container = files.enter_context(av.open(str(path), "w"))
        stream = container.add_stream("prores_ks", rate=self.rate, options={"profile": "4444"})
        stream.height, stream.width = size
        stream.pix_fmt = "yuva444p10le"
        video = _Video(files, container, stream, self.rate)
        files.push(video.finish)  # before the container is closed
        transparent = np.zeros((*size, 4), np.uint8)
        for place in range(self.number):
            video.write(transparent, place)
        return video

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with ExitStack() as stack:  # every file is closed, whichever fails
            for video in self.videos.values():
                stack.callback(video.files.__exit__, kind, error, trace)


@dataclass
class _Video:
    files: ExitStack  # the container, and the file that has its name when it is complete
    container: Any
    stream: Any
    rate: Fraction

    def write(self, image: np.ndarray, place: int) -> None:
        frame = av.VideoFrame.from_ndarray(image, format="rgba")
        frame.pts, frame.time_base = place, 1 / self.rate
        self.container.mux(self.stream.encode(frame))

    def finish(self, kind: Any, error: Any, trace: Any) -> None:
        """Write what the encoder still holds, unless the block has failed."""
        if kind is None:
            self.container.mux(self.stream.encode(None))


def _cut_out(image: np.ndarray, found: AVSObject | None) -> np.ndarray:
    """Add alpha to an image, RGBA (H, W, 4): opaque where the object is."""
    alpha = np.zeros(image.shape[:2], np.uint8) if found is None else found.mask * np.uint8(255)
    return np.dstack([image, alpha])
