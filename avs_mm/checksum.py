"""Checksums of files."""

import hashlib
from pathlib import Path

__all__ = ["sha256_of"]

CHUNK = 1 << 20  # bytes: a checkpoint need not fit into memory


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
