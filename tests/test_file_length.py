"""A file that ends before its header says so is refused, whatever decoders make of it."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from avs_mm.file_length import check_length


def wav(path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2000))
    return path


def image(path: Path) -> Path:
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)
    Image.fromarray(noise).save(path)
    return path


def mp4(path: Path) -> Path:
    boxes = ((b"ftyp", b"isom" * 4), (b"moov", bytes(300)), (b"mdat", bytes(4000)))
    path.write_bytes(b"".join(struct.pack(">I", 8 + len(c)) + n + c for n, c in boxes))
    return path


@pytest.mark.parametrize(
    ("write", "name", "fault"),
    [
        (wav, "a.wav", "its header says 2000 bytes of sound, 978 are there"),
        (mp4, "a.mp4", "its part 'mdat' ends at byte 4340 of 2170"),
        (image, "a.png", "the mark that ends an image is missing"),
        (image, "a.jpg", "the mark that ends an image is missing"),
    ],
)
def test_half_a_file_is_refused(tmp_path, write, name, fault):
    path = write(tmp_path / name)
    check_length(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(ValueError, match=rf"{name}: is cut short: {fault}; copy or download it"):
        check_length(path)


def test_a_wav_that_ends_in_its_header(tmp_path):
    path = wav(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:36])
    with pytest.raises(ValueError, match=r"it has no sound behind its header"):
        check_length(path)


@pytest.mark.parametrize("length", [0, 0xFFFFFFFF])
def test_a_streamed_wav_says_no_length(tmp_path, length):
    path = wav(tmp_path / "a.wav")
    content = bytearray(path.read_bytes())
    content[40:44] = struct.pack("<I", length)
    path.write_bytes(content)
    check_length(path)


def test_bytes_behind_the_end_and_other_files_pass(tmp_path):
    path = image(tmp_path / "a.jpg")
    path.write_bytes(path.read_bytes() + bytes(100))
    check_length(path)
    path.write_bytes(b"")
    check_length(path)
    path.write_bytes(b"ID3 something else")
    check_length(path)
