"""The files that a data set's table names must be there before anything begins."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

__all__ = ["require_paths"]


def require_paths(files: Sequence[tuple[str, Iterable[Path]]], *, table: str) -> None:
    """Check that every file of the clips exists, listing each folder once.

    Args:
        files: Of each clip its name and its files.
        table: Where the clips are listed.

    Raises:
        FileNotFoundError: How many clips are incomplete, and what the first of them lack.
    """
    listings: dict[Path, frozenset[str]] = {}
    missing: dict[str, Path] = {}
    for clip, paths in files:
        for path in paths:
            folder = path.parent
            if folder not in listings:
                listings[folder] = frozenset(os.listdir(folder) if folder.is_dir() else ())
            if path.name not in listings[folder]:
                missing.setdefault(clip, path)
    if missing:
        examples = "\n".join(f"  {name}: {path}" for name, path in list(missing.items())[:3])
        raise FileNotFoundError(
            f"{table}: {len(missing)} of {len(files)} clips lack files, the first of them\n"
            f"{examples}\nUnpack the archives completely, or take these rows out of it."
        )
