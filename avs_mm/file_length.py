"""Whether a file is as long as its own header says; decoders give what there is of a cut one."""

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import BinaryIO

__all__ = ["check_length"]

UNKNOWN = 0x7FFFF000  # bytes; this and above is written where a wav was streamed, and so is 0
TAIL = 4096  # bytes that may follow the end of an image


def check_length(path: str | Path, opened: BinaryIO | None = None) -> None:
    """Refuse a wav, mp4 (mov, m4a), PNG or JPEG of which the end is missing; pass others.

    What is read is a few bytes of each part's header, or the file's last ones.

    Args:
        opened: The file, where it is open already; it stays open, at another place.

    Raises:
        ValueError: The file is cut short; the message says where.
    """
    with Path(path).open("rb") if opened is None else nullcontext(opened) as file:
        size = file.seek(0, 2)
        file.seek(0)
        start = file.read(12)
        check = _check_of(start)
        fault = check(file, size) if check else None
    if fault:
        raise ValueError(f"{path}: is cut short: {fault}; copy or download it again")


def _check_of(start: bytes) -> Callable[[BinaryIO, int], str | None] | None:
    if start[:4] == b"RIFF" and start[8:] == b"WAVE":
        return _fault_of_wav
    if start[4:8] in (b"ftyp", b"moov", b"mdat"):
        return _fault_of_mp4
    if start[:8] == b"\x89PNG\r\n\x1a\n":
        return lambda file, size: _fault_of_tail(file, size, b"IEND\xaeB`\x82")
    if start[:3] == b"\xff\xd8\xff":
        return lambda file, size: _fault_of_tail(file, size, b"\xff\xd9")
    return None


def _fault_of_wav(file: BinaryIO, size: int) -> str | None:
    place = 12
    while place + 8 <= size:
        file.seek(place)
        name = file.read(4)
        length = int.from_bytes(file.read(4), "little")
        if name == b"data":
            there = size - place - 8
            if length <= there or length >= UNKNOWN:
                return None
            return f"its header says {length} bytes of sound, {there} are there"
        place += 8 + length + length % 2
    return "it has no sound behind its header"


def _fault_of_mp4(file: BinaryIO, size: int) -> str | None:
    place = 0
    while place + 8 <= size:
        file.seek(place)
        length = int.from_bytes(file.read(4), "big")
        name = file.read(4)
        if length == 1:  # the length proper follows in eight bytes
            length = int.from_bytes(file.read(8), "big")
        if length == 0:  # up to the end
            return None
        if length < 8 or not name.isalnum():  # no box: for the decoder to judge
            return None
        if place + length > size:
            return f"its part {name.decode()!r} ends at byte {place + length} of {size}"
        place += length
    return None


def _fault_of_tail(file: BinaryIO, size: int, end: bytes) -> str | None:
    file.seek(max(0, size - TAIL))
    return None if end in file.read() else "the mark that ends an image is missing"
