"""Wav files read without a decoder: sample for sample what FFmpeg gives, or left to it."""

import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.media import read_audio, stream_audio
from avs_mm.media.plain_wav import open_plain_wav, read_plain_wav


def write(path: Path, samples: np.ndarray, *, rate: int = 16_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(samples.dtype.itemsize)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), length=st.integers(1, 3000), channels=st.integers(1, 3))
def test_gives_what_ffmpeg_gives(tmp_path_factory, seed: int, length: int, channels: int):
    drawn = np.random.default_rng(seed).integers(-(2**15), 2**15, (length, channels))
    path = write(tmp_path_factory.getbasetemp() / "drawn.wav", drawn.astype("<i2"))
    plain = read_plain_wav(path, sample_rate=16_000)
    assert plain is not None
    assert plain.dtype == np.float32
    np.testing.assert_array_equal(plain, np.concatenate([*stream_audio(path)]))


def test_reads_over_a_list_of_tags(tmp_path: Path):
    content = write(tmp_path / "a.wav", np.arange(100, dtype="<i2")[:, None]).read_bytes()
    tagged = content[:36] + b"LIST\x03\x00\x00\x00abc\x00" + content[36:]
    path = tmp_path / "tagged.wav"
    path.write_bytes(tagged[:4] + (len(tagged) - 8).to_bytes(4, "little") + tagged[8:])
    plain = read_plain_wav(path, sample_rate=16_000)
    np.testing.assert_array_equal(plain, np.arange(100, dtype=np.float32) / 2**15)


@pytest.mark.parametrize("place", [*range(4), *range(4, 24), *range(28, 44)])
def test_leaves_a_file_with_a_changed_header_to_ffmpeg(tmp_path: Path, place: int):
    path = write(tmp_path / "a.wav", np.zeros((100, 1), "<i2"))
    content = bytearray(path.read_bytes())
    content[place] ^= 16
    path.write_bytes(content)
    assert read_plain_wav(path, sample_rate=16_000) is None


def test_leaves_other_files_to_ffmpeg(tmp_path: Path):
    samples = np.zeros((100, 1), "<i2")
    assert read_plain_wav(tmp_path / "none.wav", sample_rate=16_000) is None
    assert read_plain_wav(write(tmp_path / "a.wav", samples), sample_rate=48_000) is None
    assert read_plain_wav(write(tmp_path / "b.mp3", samples), sample_rate=16_000) is None
    bytes_a_sample = write(tmp_path / "c.wav", samples.astype(np.uint8))
    assert read_plain_wav(bytes_a_sample, sample_rate=16_000) is None
    path = write(tmp_path / "d.wav", samples)
    for length in (0, 20, 44, 60):
        path.write_bytes(path.read_bytes()[:length])
        assert read_plain_wav(path, sample_rate=16_000) is None
    with pytest.raises(ValueError, match=r"d\.wav"):
        read_audio(path)


@given(
    length=st.integers(1, 50),
    channels=st.integers(1, 3),
    start=st.integers(0, 60),
    stop=st.integers(0, 60),
)
def test_a_part_is_that_of_the_whole(tmp_path_factory, length, channels, start, stop):
    samples = np.random.default_rng(length).integers(-(2**15), 2**15, (length, channels))
    path = write(tmp_path_factory.getbasetemp() / "part.wav", samples.astype("<i2"))
    wav = open_plain_wav(path, sample_rate=16_000)
    assert len(wav) == length
    np.testing.assert_array_equal(wav[start:stop], read_audio(path)[start:stop])


def test_a_file_that_becomes_shorter_is_named(tmp_path: Path):
    path = write(tmp_path / "a.wav", np.zeros((100, 1), "<i2"))
    wav = open_plain_wav(path, sample_rate=16_000)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match=r"a\.wav: has become shorter"):
        wav[50:]
    with pytest.raises(ValueError, match="has no step"):
        wav[::2]
