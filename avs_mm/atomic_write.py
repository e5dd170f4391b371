"""Write files that are there whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["atomic_write"]


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Give a neighbour to write to, of the same suffix, that takes the path's place at the end.

    If the block fails, what stood at the path stays and the neighbour is removed. Several processes
    have neighbours of their own.
    """
    path = Path(path)
    neighbour = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield neighbour
        neighbour.replace(path)
    finally:
        neighbour.unlink(missing_ok=True)
