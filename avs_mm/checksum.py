"""The checksum by which a file is told from another of its name."""

import hashlib
import os
from pathlib import Path

__all__ = ["sha256_of"]

PART = 2**20  # bytes in memory at a time


def sha256_of(path: str | os.PathLike) -> str:
    """Return the SHA-256 of a file's content, 64 hexadecimal digits.

    Raises:
        FileNotFoundError: There is no such file.
    """
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while part := file.read(PART):
            digest.update(part)
    return digest.hexdigest()
