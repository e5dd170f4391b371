"""``avs-mm prepare``: cut frames and sound out of videos as AVSBench does."""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from avs_mm.cli.faults import fail, one_sentence, say, tell
from avs_mm.cli.inputs import find_videos

__all__ = ["last_frames_of_seconds", "prepare"]


def prepare(
    raw: Annotated[list[str], typer.Argument(help="Videos: files, folders or patterns.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder for frames and sound.")],
    start: Annotated[float, typer.Option(help="Where the clip begins, in seconds.")] = 0.0,
    seconds: Annotated[int, typer.Option(help="Its length, and the number of frames.")] = 5,
    size: Annotated[int, typer.Option(help="Side of the frames in pixels; 0 keeps them.")] = 224,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
) -> None:
    """Cut frames and sound out of videos as AVSBench does.

    Of each second its last frame, NAME/NAME_1.png ..., in visual_frames, and the sound of all
    seconds, 16 kHz mono, in audio_wav. A shorter video gives what whole seconds it has.

    Example: avs-mm prepare videos/ -o prepared
    """
    with one_sentence():
        if seconds < 1 or start < 0 or size < 0:
            raise ValueError("--seconds is at least 1, --start and --size are not negative")
        videos = find_videos(raw)
        if len({path.stem for path in videos}) < len(videos):
            raise ValueError(f"{out}: two videos have one name; rename one of them")
    faults = 0
    for video in videos:
        try:
            number = _prepare_one(video, out, start=start, seconds=seconds, size=size)
        except (OSError, ValueError) as error:
            tell(error)
            faults += 1
        else:
            less = f" of {seconds}, for it is shorter" if number < seconds else ""
            say(f"{video}: {number} frames{less}", quiet=quiet)
    if faults:
        fail(f"{faults} of {len(videos)} videos could not be prepared")


def _prepare_one(video: Path, out: Path, *, start: float, seconds: int, size: int) -> int:
    """Write one video's frames and sound; return the number of frames."""
    import cv2

    from avs_mm.media import SAMPLE_RATE, probe_video, read_audio, read_video_frames
    from avs_mm.output_file import to_int16, write_image, write_wav

    info = probe_video(video)
    if not info.has_audio:
        raise ValueError(f"{video}: has no sound track; AVSBench's clips have one")
    whole = min(seconds, int(info.duration - start + 0.5 / info.fps))
    if whole < 1:
        raise ValueError(
            f"{video}: has no whole second from {start:g} s on (it is {info.duration:.2f} s long); "
            "give an earlier --start, or leave the video out"
        )
    sound = read_audio(video)
    for number, image in enumerate(
        last_frames_of_seconds(read_video_frames(video), start=start, number=whole), start=1
    ):
        if size:
            image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        write_image(out / "visual_frames" / video.stem / f"{video.stem}_{number}.png", image)
    first = round(start * SAMPLE_RATE)
    part = sound[first : first + whole * SAMPLE_RATE]
    part = np.pad(part, (0, whole * SAMPLE_RATE - len(part)))
    sound_file = out / "audio_wav" / f"{video.stem}.wav"
    write_wav(sound_file, to_int16(part), sample_rate=SAMPLE_RATE)
    return whole


def last_frames_of_seconds(
    frames: Iterable[tuple[float, np.ndarray]], *, start: float, number: int
) -> list[np.ndarray]:
    """Return the frame that is shown when each of some seconds ends.

    Args:
        frames: Times and images, in order.
        start: Where the first second begins.
        number: Of seconds.

    Raises:
        ValueError: No frame is shown yet when the first second ends.
    """
    chosen: list[np.ndarray] = []
    shown = None
    for time, image in frames:
        while len(chosen) < number and time >= start + len(chosen) + 1 - 1e-6:
            if shown is None:
                raise ValueError("no frame is shown when the first second ends; begin later")
            chosen.append(shown)
        if len(chosen) == number:
            return chosen
        shown = image
    if shown is None:
        raise ValueError("there are no frames")
    return chosen + [shown] * (number - len(chosen))
