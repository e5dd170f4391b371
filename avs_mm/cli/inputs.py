"""What a command is given: videos by file, folder or pattern, sounds, and a model."""

import glob
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from avs_mm.apis import AVSInferencer
    from avs_mm.apis.video_sound import Sound

__all__ = [
    "VIDEO_SUFFIXES",
    "find_videos",
    "load_model",
    "parse_mix",
    "sound_to_use",
    "split_model",
]

VIDEO_SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mpg", ".mpeg", ".ts", ".3gp")


def find_videos(given: Sequence[str]) -> list[Path]:
    """List the videos that files, folders and patterns name, each once, in their order.

    Raises:
        FileNotFoundError: One of them names nothing.
    """
    found: dict[Path, None] = {}
    for text in given:
        path = Path(text)
        if path.is_dir():
            here = [one for one in path.iterdir() if one.suffix.lower() in VIDEO_SUFFIXES]
            if not here:
                raise FileNotFoundError(
                    f"{path}: holds no video ({', '.join(VIDEO_SUFFIXES)}); give a file, or "
                    "another folder"
                )
            found |= dict.fromkeys(sorted(here))
        elif path.is_file():
            found[path] = None
        else:
            matches = sorted(Path(one) for one in glob.glob(text) if Path(one).is_file())
            if not matches:
                raise FileNotFoundError(f"{text}: no such file or folder; check the path")
            found |= dict.fromkeys(matches)
    return list(found)


def split_model(model: str) -> tuple[str, str | None]:
    """Split ``CONFIG+CHECKPOINT``; a work dir, whose name may have a plus, has no checkpoint."""
    config, plus, checkpoint = model.partition("+")
    return (model, None) if not plus or Path(model).exists() else (config, checkpoint)


def load_model(model: str, *, device: str | None) -> "AVSInferencer":
    """Load ``zero-shot``, a work dir, or ``CONFIG+CHECKPOINT``, without a word but of faults.

    Raises:
        FileNotFoundError, ValueError: As of ``AVSInferencer``.
    """
    from mmengine.logging import MMLogger

    from avs_mm.apis import AVSInferencer

    MMLogger.get_instance("mmengine").setLevel("WARNING")
    try:
        return AVSInferencer(*split_model(model), device=device)
    except TypeError as error:
        raise ValueError(
            f"{model}: its model cannot be built ({error}); its config is of another version of "
            "avs_mm, or of none: give one of this version"
        ) from error


def parse_mix(text: str) -> tuple[Path, float]:
    """Split ``FILE:GAIN``; the gain is a factor, 1 where it is left out.

    Raises:
        ValueError: The gain is no number.
    """
    path, colon, gain = text.rpartition(":")
    if not colon or Path(text).is_file():
        return Path(text), 1.0
    try:
        return Path(path), float(gain)
    except ValueError:
        raise ValueError(
            f"--mix {text}: the gain behind the colon is a factor such as 0.5, not {gain!r}"
        ) from None


def sound_to_use(
    video: Path, *, audio: Path | None, mute: bool, mix: Sequence[str], has_audio: bool
) -> "Sound":
    """Return what ``sound_chunks`` takes: a file, a waveform, or None for the video's own.

    Raises:
        FileNotFoundError: There is no such sound.
        ValueError: ``mute`` and another sound are given, or a file cannot be decoded.
    """
    from avs_mm.media import read_audio

    if mute and (audio is not None or mix):
        raise ValueError("--mute is silence: leave out --audio and --mix")
    if mute:
        return np.zeros(1, np.float32)
    if not mix:
        return audio
    # Sounds are added to the own one, if there is one
    parts = [(video if audio is None else audio, 1.0)] if audio or has_audio else []
    sounds = [gain * read_audio(path) for path, gain in [*parts, *map(parse_mix, mix)]]
    mixed = np.zeros(max(map(len, sounds)), np.float32)
    for sound in sounds:
        mixed[: len(sound)] += sound
    return mixed.clip(-1, 1)
