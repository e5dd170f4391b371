"""Wav files that need no decoder: whole ones, of 16 bits, at the wanted rate."""

import struct
from pathlib import Path

import numpy as np

__all__ = ["read_plain_wav"]

PCM, BITS = 1, 16


def read_plain_wav(path: Path, *, sample_rate: int) -> np.ndarray | None:
    """Read a wav file whose samples are only to be scaled, in less time than FFmpeg takes.

    Any other file, and one of which a length or a field is not what it should be, is left to
    FFmpeg, which copes with it or says what is wrong.

    Args:
        sample_rate: Hz that the file must have.

    Returns:
        float32 (N,) in [-1, 1], the mean of the channels, as FFmpeg's samples give it; or None.
    """
    if path.suffix.lower() != ".wav" or not path.is_file():
        return None
    content = path.read_bytes()
    samples = _samples_in(content, sample_rate)
    if samples is None or not len(samples):
        return None
    if samples.shape[1] == 1:
        return np.multiply(samples[:, 0], 2.0**-15, dtype=np.float32)  # exact
    mean: np.ndarray = samples.mean(axis=1, dtype=np.float64) / 2.0**15
    return mean.astype(np.float32)


def _samples_in(content: bytes, sample_rate: int) -> np.ndarray | None:
    """Return the samples (N, channels), int16, where all lengths fit and the data come last."""
    if len(content) < 44 or content[:4] != b"RIFF" or content[8:16] != b"WAVEfmt ":
        return None
    (whole,) = struct.unpack_from("<I", content, 4)
    size, kind, channels, rate, bytes_a_second, block, bits = struct.unpack_from(
        "<IHHIIHH", content, 16
    )
    expected = (16, PCM, sample_rate, 2 * channels * rate, 2 * channels, BITS)
    if (size, kind, rate, bytes_a_second, block, bits) != expected or not channels:
        return None
    place = 36
    while place + 8 <= len(content):
        name, length = struct.unpack_from("<4sI", content, place)
        place += 8
        if name == b"data":
            if place + length != len(content) or whole + 8 != len(content) or length % block:
                return None
            return np.frombuffer(content, "<i2", offset=place).reshape(-1, channels)
        if name != b"LIST":
            return None
        place += length + length % 2
    return None
