"""The checkpoints that a training leaves in its work dir."""

import logging
import re
import zipfile
from pathlib import Path

from mmengine.logging import print_log

from avs_mm.safe_load import fault_of_archive

__all__ = ["checkpoints_in", "is_whole", "newest_resumable", "unfinished_in"]

NAME = re.compile(r"(epoch|iter)_(\d+)\.pth")  # mmengine's, of what can be resumed
UNFINISHED = re.compile(r"\.(epoch|iter|best)_.+\.unfinished-\d+\.pth")


def checkpoints_in(folder: Path) -> list[Path]:
    """List a work dir's checkpoints: those that can be resumed, oldest first, then the best."""
    return [*_resumable(folder), *sorted(folder.glob("best_*.pth"))]


def unfinished_in(folder: Path) -> list[Path]:
    """List what a killed training has left of checkpoints that it was writing."""
    return [path for path in folder.glob(".*.pth") if UNFINISHED.fullmatch(path.name)]


def newest_resumable(folder: Path) -> Path | None:
    """Return the newest whole checkpoint that a training can go on from, None if there is none.

    Damaged ones are named in the log and passed over. ``last_checkpoint`` in the work dir names one
    that has another name (``filename_tmpl``) or another folder (``out_dir``).

    Raises:
        ValueError: There are checkpoints, but none is whole.
    """
    note = folder / "last_checkpoint"
    named = Path(note.read_text().strip()) if note.is_file() else None
    found = _resumable(folder)
    if named is not None and named.is_file() and (not found or named.parent == folder):
        found = [path for path in found or _resumable(named.parent) if path != named] + [named]
    for path in reversed(found):
        if is_whole(path):
            return path
        print_log(f"{path} is damaged or cut short and is passed over", "current", logging.WARNING)
    if found:
        raise ValueError(
            f"{folder}: none of its checkpoints ({', '.join(path.name for path in found)}) is "
            "whole, so nothing can be resumed; remove them and train anew"
        )
    return None


def is_whole(path: Path) -> bool:
    """Whether a file of ``torch.save`` has its end, and no part of it has another checksum."""
    return zipfile.is_zipfile(path) and fault_of_archive(path) is None


def _resumable(folder: Path) -> list[Path]:
    """List the checkpoints that a training can go on from, oldest first."""
    matches = [(NAME.fullmatch(path.name), path) for path in folder.glob("*.pth")]
    found = [(match[1], int(match[2]), path) for match, path in matches if match]
    if len({kind for kind, _, _ in found}) > 1:  # epochs and iterations are not comparable
        return sorted((path for *_, path in found), key=lambda path: path.stat().st_mtime_ns)
    return [path for *_, path in sorted(found)]
