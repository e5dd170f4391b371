"""Which second of which file is paired with an image."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from avs_mm.datasets.avsbench_layout import Clip, Frame

__all__ = ["OwnSounds", "Sound", "SoundSource"]


@dataclass(frozen=True)
class Sound:
    """The second [second, second + 1) s of a file; ``seed`` is that by which it was chosen."""

    path: Path
    second: int
    seed: int = 0
    fallback: bool = False  # whether the rule of its condition left nothing to choose from


class SoundSource(Protocol):
    """Anything that knows which sound a frame is shown under."""

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return the sound of a clip's frame."""


@dataclass(frozen=True)
class OwnSounds:
    """The sound that belongs to the image, also where ``LoadAudio`` generates another in its place.

    Args:
        seed: Of the sounds generated in its place.
    """

    seed: int = 0

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return the frame's second of its clip's own file."""
        return Sound(clip.audio, frame.index, self.seed)
