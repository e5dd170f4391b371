"""A file of many entries that is written once, and read as memory."""

import mmap
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from avs_mm.atomic_write import atomic_write

__all__ = ["INDEX", "KEY_BYTES", "Segment", "write_segment"]

MAGIC = b"AVSMMST1"
KEY_BYTES = 16
# A row an entry: its key in two halves, where it lies, and the CRC-32 of its bytes.
INDEX = np.dtype(
    [("high", "<u8"), ("low", "<u8"), ("start", "<u8"), ("length", "<u4"), ("crc", "<u4")]
)
FOOTER = np.dtype([("rows", "<u8"), ("crc", "<u4"), ("spare", "<u4"), ("magic", "S8")])


def write_segment(path: Path, entries: Mapping[bytes, bytes]) -> None:
    """Write entries, whose keys have 16 bytes each: values, then the index, then the footer.

    Raises:
        OSError: as of ``atomic_write``.
    """
    index = np.zeros(len(entries), INDEX)
    keys = np.frombuffer(b"".join(entries), "<u8").reshape(-1, 2)
    index["high"], index["low"] = keys[:, 0], keys[:, 1]
    lengths = np.array([len(value) for value in entries.values()], np.uint64)
    index["length"], index["start"] = lengths, lengths.cumsum() - lengths
    index["crc"] = [zlib.crc32(value) for value in entries.values()]
    footer = np.zeros(1, FOOTER)
    rows = index.tobytes()
    footer["rows"], footer["crc"], footer["magic"] = len(index), zlib.crc32(rows), MAGIC
    with atomic_write(path) as unfinished, unfinished.open("wb") as file:
        for value in entries.values():
            file.write(value)
        file.write(rows + footer.tobytes())


class Segment:
    """A file of `write_segment`, mapped into memory: what is not read takes none.

    Attributes:
        index: A row an entry, of ``INDEX``; mapped, too.

    Raises:
        ValueError: the file is cut short, or its index is damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            size = file.seek(0, 2)
            if size < FOOTER.itemsize:
                raise ValueError(f"{path} is cut short")
            self.memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        footer = np.frombuffer(self.memory, FOOTER, 1, size - FOOTER.itemsize)[0]
        number = int(footer["rows"])
        begin = size - FOOTER.itemsize - number * INDEX.itemsize
        if footer["magic"] != MAGIC or begin < 0:
            raise ValueError(f"{path} is cut short or of another format")
        self.index = np.frombuffer(self.memory, INDEX, number, begin)
        if zlib.crc32(self.index.view(np.uint8).data) != footer["crc"]:
            raise ValueError(f"{path} has a damaged index")
        if len(self.index) and int((self.index["start"] + self.index["length"]).max()) != begin:
            raise ValueError(f"{path} is cut short")

    def read(self, row: np.void) -> bytes:
        """Return the bytes of a row of the index; a ValueError where they are damaged."""
        start = int(row["start"])
        value = self.memory[start : start + int(row["length"])]
        if zlib.crc32(value) != row["crc"]:
            raise ValueError(f"{self.path} holds a damaged entry")
        return value
