"""A file that is written over minutes, and has its name only when it is complete."""

import os
from pathlib import Path

__all__ = ["Unfinished"]


class Unfinished:
    """Where a file is written until it is complete: ``atomic_write`` without a block.

    Args:
        path: Of the complete file.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        name = f".{self.path.stem}.{os.getpid()}{self.path.suffix}"
        self.neighbour = self.path.with_name(name)

    def begin(self) -> Path:
        """Make the folder, and return where to write."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return self.neighbour

    def end(self, *, complete: bool) -> None:
        """Give the file its name if it is complete, else remove it."""
        if complete:
            self.neighbour.replace(self.path)
        self.neighbour.unlink(missing_ok=True)
