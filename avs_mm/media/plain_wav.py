"""Wav files that need no decoder: whole ones, of 16 bits, at the wanted rate."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["PlainWav", "open_plain_wav", "read_plain_wav"]

PCM, BITS = 1, 16
HEADER = 4096  # bytes that are searched for the samples


@dataclass(frozen=True)
class PlainWav:
    """Where the samples of a wav file lie; ``wav[start:stop]`` reads those and no others.

    A slice is a new float32 array in [-1, 1], the mean of the channels, as FFmpeg's samples give
    it. ``len(wav)`` is the number of samples, N.

    Raises:
        ValueError: The file has become shorter since it was opened.
    """

    path: str
    place: int  # of the first sample, in bytes
    length: int  # samples of each channel
    channels: int

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, part: slice) -> np.ndarray:
        start, stop, step = part.indices(self.length)
        if step != 1:
            raise ValueError(f"a part of a sound has no step, but {part} has")
        size = 2 * self.channels * max(0, stop - start)  # bytes
        with open(self.path, "rb", buffering=0) as file:
            file.seek(self.place + 2 * self.channels * start)
            content = file.read(size)
        if len(content) != size:
            raise ValueError(f"{self.path}: has become shorter while it was in use; copy it again")
        samples = np.frombuffer(content, "<i2").reshape(-1, self.channels)
        if self.channels == 1:
            return np.multiply(samples[:, 0], 2.0**-15, dtype=np.float32)  # exact
        mean: np.ndarray = samples.mean(axis=1, dtype=np.float64) / 2.0**15
        return mean.astype(np.float32)


def open_plain_wav(path: str | Path, *, sample_rate: int) -> PlainWav | None:
    """Find the samples of a wav file that are only to be scaled, which takes FFmpeg longer.

    Any other file, and one of which a length or a field is not what it should be, is left to
    FFmpeg, which copes with it or says what is wrong: the answer is None.

    Args:
        sample_rate: Hz that the file must have.
    """
    if not str(path).lower().endswith(".wav"):
        return None
    try:
        with open(path, "rb", buffering=0) as file:
            header = file.read(HEADER)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return None
    return _find_samples(str(path), header, size=size, sample_rate=sample_rate)


def read_plain_wav(path: str | Path, *, sample_rate: int) -> np.ndarray | None:
    """Read all samples of such a file, float32 (N,) in [-1, 1]; None as `open_plain_wav`."""
    wav = open_plain_wav(path, sample_rate=sample_rate)
    return None if wav is None else wav[:]


def _find_samples(path: str, header: bytes, *, size: int, sample_rate: int) -> PlainWav | None:
    """Find the samples in a file of so many bytes, where all lengths fit and the data come last."""
    if len(header) < 44 or header[:4] != b"RIFF" or header[8:16] != b"WAVEfmt ":
        return None
    (whole,) = struct.unpack_from("<I", header, 4)
    of_format, kind, channels, rate, bytes_a_second, block, bits = struct.unpack_from(
        "<IHHIIHH", header, 16
    )
    expected = (16, PCM, sample_rate, 2 * channels * rate, 2 * channels, BITS)
    if (of_format, kind, rate, bytes_a_second, block, bits) != expected or not channels:
        return None
    place = 36
    while place + 8 <= len(header):
        name, length = struct.unpack_from("<4sI", header, place)
        place += 8
        if name == b"data":
            if place + length != size or whole + 8 != size or length % block or not length:
                return None
            return PlainWav(path=path, place=place, length=length // block, channels=channels)
        if name != b"LIST":
            return None
        place += length + length % 2
    return None
