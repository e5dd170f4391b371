"""The sound of a sample: one second of a file, with what came before it, or what replaces it."""

import os
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Literal

import numpy as np

from avs_mm.datasets.transforms.load_sound import LoadSound
from avs_mm.media import SAMPLE_RATE, read_audio
from avs_mm.media.plain_wav import PlainWav, open_plain_wav
from avs_mm.registry import TRANSFORMS

__all__ = ["LoadAudio", "Waveform", "crop_or_pad", "crop_with_past", "read_remembered"]

Waveform = np.ndarray | PlainWav  # mono (N,), float32 where a part is taken
MISSING = ("zeros", "last", "shift", "repeat")


@TRANSFORMS.register_module()
class LoadAudio(LoadSound):
    """Load [second, second + duration) of a sound file as mono, or from ``audio_start`` seconds on.

    Reads ``audio_path``, ``second`` and, where it is there, ``audio_condition``; adds ``audio``:
    float32 ((seconds_before + duration) * sample_rate,) in [-1, 1]. What the file lacks at its end
    is padded with zeros; before its beginning see `crop_with_past`.

    Args:
        sample_rate: Hz.
        duration: Seconds.
        hop: Seconds from the sound of one second to that of the next. TPAVI's preprocessing cuts a
            clip every 0.96 s: ``hop=0.96, duration=0.975, missing="last"`` plays what it plays.
        missing: What takes the place of a sound that the file has not in full: "zeros" fill it up;
            "last" repeats the last full one (TPAVI); "shift" plays the file's end; "repeat" plays
            the file from its beginning, whatever the second, again and again (LVS).
        centred: Whether the second lies in the middle of what is loaded, for longer sounds, as the
            localisers' three seconds; else at its beginning.
        seconds_before: Of the same file that are loaded too; a tagger of AudioSet, which has learnt
            on ten seconds, is less sure of one (docs/zero_shot.md).
        remembered_files: Decoded sounds that a process keeps in memory, 0.3 MB for five seconds. A
            few are enough where a clip's seconds are read one after another; a small set fits as a
            whole, and a shuffled epoch then decodes no file twice. Every loader worker has its own
            memory, which lasts with ``persistent_workers``. Of a wav file that needs no decoder
            the second alone is read.

    Raises:
        FileNotFoundError, ValueError: From ``avs_mm.media.read_audio``; a negative number of files
            or of seconds before.
    """

    def __init__(
        self,
        *,
        sample_rate: int = SAMPLE_RATE,
        duration: float = 1.0,
        hop: float = 1.0,
        missing: Literal["zeros", "last", "shift", "repeat"] = "zeros",
        centred: bool = False,
        seconds_before: float = 0.0,
        remembered_files: int = 16,
    ) -> None:
        if missing not in MISSING:
            raise ValueError(f"missing is one of {', '.join(MISSING)}, not {missing!r}")
        if hop <= 0 or duration <= 0:
            raise ValueError(f"duration and hop are seconds above 0, not {duration} and {hop}")
        if seconds_before < 0:
            raise ValueError(f"seconds_before is a length of time, not {seconds_before}")
        if remembered_files < 0:
            raise ValueError(f"remembered_files is a number of files, not {remembered_files}")
        self.sample_rate = sample_rate
        self.duration = duration
        self.hop = hop
        self.missing = missing
        self.centred = centred
        self.seconds_before = seconds_before
        self.remembered_files = remembered_files

    @property
    def num_samples(self) -> int:
        return self._num_samples_before + self._num_samples_of_second

    @property
    def _num_samples_before(self) -> int:
        return round(self.seconds_before * self.sample_rate)

    @property
    def _num_samples_of_second(self) -> int:
        return round(self.duration * self.sample_rate)

    def recorded(self, results: dict) -> np.ndarray:
        waveform = read_remembered(
            results["audio_path"],
            sample_rate=self.sample_rate,
            remembered_files=self.remembered_files,
        )
        if self.missing == "repeat":
            return np.resize(waveform[: self.num_samples], self.num_samples)
        length = self._num_samples_of_second
        start = self._start(results, len(waveform), length)
        return crop_with_past(waveform, start, length, before=self._num_samples_before)

    def _start(self, results: dict, available: int, length: int) -> int:
        """First sample of the sound, in a file of ``available`` samples."""
        second = results.get("audio_start", self.hop * results["second"])
        if self.centred:
            second += (1 - self.duration) / 2
        start = max(0, round(second * self.sample_rate))
        if self.missing == "zeros" or start + length <= available:
            return start
        latest = max(0, available - length)
        if self.missing == "shift":
            return latest
        step = round(self.hop * self.sample_rate)
        return latest // step * step

    def __repr__(self) -> str:
        name = type(self).__name__
        return (
            f"{name}(sample_rate={self.sample_rate}, duration={self.duration}, hop={self.hop}, "
            f"missing={self.missing!r}, centred={self.centred}, "
            f"seconds_before={self.seconds_before}, remembered_files={self.remembered_files})"
        )


def crop_or_pad(waveform: Waveform, start: int, length: int) -> np.ndarray:
    """Take ``length`` samples from ``start`` on as a copy, zeros where there are none.

    Args:
        waveform: (N,).
        start: At least 0; may lie behind the end.

    Returns:
        (length,), of the waveform's type.
    """
    part = waveform[start : start + length]
    padded = np.zeros(length, part.dtype)
    padded[: len(part)] = part
    return padded


def crop_with_past(waveform: Waveform, start: int, length: int, *, before: int) -> np.ndarray:
    """Take ``length`` samples from ``start`` on and the ``before`` samples that precede them.

    Where the sound has begun later than that, what there is of it is repeated towards the past:
    zeros would be a silence that nobody has recorded, and a tagger takes it for one.

    Args:
        waveform: (N,).

    Returns:
        (before + length,), of the waveform's type; the last ``length`` are `crop_or_pad`'s.
    """
    begin = max(0, start - before)
    known = crop_or_pad(waveform, begin, start + length - begin)
    wanted = before + length
    if len(known) < wanted:
        known = np.tile(known, -(-wanted // len(known)))
    return known[len(known) - wanted :]


def read_remembered(path: str, *, sample_rate: int, remembered_files: int) -> Waveform:
    """Read a sound as `read_audio` does, or take it from the process's memory of so many files.

    Returns:
        (N,), which must not be written to; a slice of it is float32. A wav file that needs no
        decoder stays on disk until a slice is taken.
    """
    wav = open_plain_wav(path, sample_rate=sample_rate)
    if wav is not None:
        return wav  # what is cut out of it is read then
    try:
        # The time of the last change is part of the key: a file written anew is read anew.
        changed = os.stat(path).st_mtime_ns
    except OSError:
        changed = 0
    return _reader(remembered_files)(path, sample_rate, changed)


@cache
def _reader(remembered_files: int) -> Callable[[str, int, int], np.ndarray]:
    """Return the reader that all transforms of a process with this memory share."""
    return lru_cache(maxsize=remembered_files)(_read)


def _read(path: str, sample_rate: int, changed: int) -> np.ndarray:
    waveform = read_audio(path, sample_rate=sample_rate)
    waveform.flags.writeable = False
    return waveform
