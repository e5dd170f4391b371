"""Checksums by which files are told from others of their names."""

import hashlib
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["sha256_of", "sha256_of_files"]

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


def sha256_of_files(files: Mapping[str, Path]) -> str:
    """Return one digest of some files' names and contents, whatever their order.

    Raises:
        FileNotFoundError: One of them is missing.
    """
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(f"{name}\n{sha256_of(path)}\n".encode())
    return digest.hexdigest()
