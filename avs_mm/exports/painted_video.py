"""A copy of a video with its objects painted in, each in the colour of its id."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from avs_mm.apis.frame import Frame
from avs_mm.apis.frame_times import at_constant_rate
from avs_mm.apis.video import second_ending_at
from avs_mm.media import write_video
from avs_mm.visualization import draw_objects, draw_sound

__all__ = ["paint_frame", "write_painted_video"]


def paint_frame(frame: Frame) -> np.ndarray:
    """Fill what sounds and outline what is silent, RGB uint8 (H, W, 3).

    Raises:
        ValueError: The frame has no image.
    """
    if frame.image is None:
        raise ValueError("a frame without its image cannot be painted; take those of stream()")
    names = []
    for found in frame.objects:
        score = found.visual_score if found.audio_score is None else found.audio_score
        names.append(f"{found.category} {found.id} {score:.2f}" if found.sounding else "")
    return draw_objects(
        frame.image,
        [found.mask for found in frame.objects],
        names=names,
        colours=[found.colour for found in frame.objects],
        filled=[found.sounding for found in frame.objects],
    )


def write_painted_video(
    path: str | Path, frames: Iterable[Frame], *, fps: float, sound: np.ndarray | None
) -> None:
    """Write painted frames, a strip of the sound in them, and the sound.

    Args:
        path: ``.mp4``, ``.mov`` or ``.mkv``; it appears when complete.
        frames: With their images, as of ``stream``; taken one at a time.
        fps: Frames a second; a frame that came late or early is repeated or dropped.
        sound: (N,) in [-1, 1] of 16 kHz; None for a model without sound, and a mute copy.

    Raises:
        ValueError: As of ``avs_mm.media.write_video``.
    """
    timed = at_constant_rate(((frame.time, frame) for frame in frames), fps=fps)

    def painted(time: float, frame: Frame) -> np.ndarray:
        image = paint_frame(frame)
        if sound is None:
            return image
        return draw_sound(image, second_ending_at(sound, time), time=time)

    write_video(path, (painted(*shown) for shown in timed), fps=fps, audio=sound)
