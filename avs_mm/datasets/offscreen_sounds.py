"""Sounds of things that no image shows, such as rain."""

from pathlib import Path

import numpy as np

from avs_mm.datasets.audio_conditions import STEP, seeded_generator
from avs_mm.datasets.avsbench_layout import Clip, Frame
from avs_mm.datasets.sound_sources import Sound
from avs_mm.media import SAMPLE_RATE, read_audio

__all__ = ["OffscreenSounds"]


class OffscreenSounds:
    """Draws whole seconds from a folder of sounds that no image shows, such as rain.

    Seconds that are digitally silent (no sample above one step of 16 bits) are not drawn.

    Args:
        folder: Its wav files, those of its sub-folders included.
        seed: Another seed gives other seconds.
        sample_rate: Hz, at which the files are read.

    Raises:
        FileNotFoundError: There is no such folder, or no wav file in it.
        ValueError: A file that cannot be read.
    """

    def __init__(
        self, folder: str | Path, *, seed: int = 0, sample_rate: int = SAMPLE_RATE
    ) -> None:
        self.folder = Path(folder)
        self.seed = seed
        self.sample_rate = sample_rate
        wavs = (path for path in self.folder.rglob("*") if path.suffix.lower() == ".wav")
        # The order of names and not the file system's.
        self.files = sorted(wavs, key=lambda path: path.relative_to(self.folder).as_posix())
        if not self.files:
            fault = "holds no wav file" if self.folder.is_dir() else "no such folder"
            raise FileNotFoundError(
                f"{self.folder}: {fault}; offscreen_root is a folder of wav files of which nothing "
                "is in any image (rain, wind, sea waves)"
            )
        self._seconds: dict[Path, np.ndarray] = {}

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return a second of one of the files.

        Raises:
            ValueError: No file holds a whole second of sound.
        """
        generator = seeded_generator("offscreen", clip.name, frame.index, self.seed)
        for index in generator.permutation(len(self.files)):
            path = self.files[index]
            if path not in self._seconds:
                self._seconds[path] = self._audible_seconds(path)
            if len(self._seconds[path]):
                return Sound(path, int(generator.choice(self._seconds[path])), self.seed)
        raise ValueError(
            f"{self.folder}: none of its {len(self.files)} wav files holds a whole second that is "
            "not silent; put longer or louder recordings there"
        )

    def _audible_seconds(self, path: Path) -> np.ndarray:
        waveform = read_audio(path, sample_rate=self.sample_rate)
        whole = len(waveform) // self.sample_rate * self.sample_rate
        peaks = np.abs(waveform[:whole].reshape(-1, self.sample_rate)).max(axis=1, initial=0)
        return np.flatnonzero(peaks > STEP)
