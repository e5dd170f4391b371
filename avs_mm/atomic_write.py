"""Write files and folders that are there whole or not at all."""

import errno
import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

__all__ = ["atomic_write", "unfinished_folder"]

UNFINISHED = re.compile(r"\..+\.unfinished-(\d+)(\.\w+)?")
DISK_FAULTS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EIO}
AN_HOUR = 3600.0  # seconds; on a shared disk a process of this number may be another machine's


@contextmanager
def atomic_write(path: str | os.PathLike) -> Iterator[Path]:
    """Give a neighbour to write to, of the same suffix, that takes the path's place at the end.

    If the block fails, what stood at the path stays and the neighbour is removed. Several processes
    have neighbours of their own. What a killed one has left is removed after an hour, when
    something is written to the folder.

    Raises:
        OSError: The disk is full, read-only or broken; the message names the path.
    """
    path = Path(path)
    _sweep(path.parent)
    neighbour = path.with_name(_unfinished_name(path))
    try:
        with _naming(path, neighbour):
            yield neighbour
            neighbour.replace(path)
    finally:
        with suppress(OSError):  # of a read-only disk, where there is nothing to remove
            neighbour.unlink()


@contextmanager
def unfinished_folder(path: Path) -> Iterator[Path]:
    """Give a new folder beside ``path``; what the block does not move away is removed with it.

    Folders that killed processes have left are removed as in `atomic_write`.

    Raises:
        OSError: As there.
    """
    _sweep(path.parent)
    folder = path.with_name(_unfinished_name(path))
    try:
        with _naming(path, folder):
            folder.mkdir(parents=True)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _naming(path: Path, neighbour: Path) -> Iterator[None]:
    """Let an error of the disk, or of the neighbour, name the path instead."""
    try:
        yield
    except OSError as error:
        if error.errno not in DISK_FAULTS and str(error.filename) != str(neighbour):
            raise
        number = error.errno or errno.EIO
        raise OSError(
            number,
            f"{path} could not be written ({os.strerror(number)}), what stood there is kept: make "
            "room on that disk, or choose another folder",
        ) from error


def _unfinished_name(path: Path) -> str:
    return f".{path.stem}.unfinished-{os.getpid()}{path.suffix}"


@cache
def _sweep(folder: Path) -> None:
    """Remove what killed processes have left in a folder, once a process."""
    for path in folder.glob(".*.unfinished-*"):
        match = UNFINISHED.fullmatch(path.name)
        with suppress(OSError):
            if match and not _runs(int(match[1])) and time.time() - path.stat().st_mtime > AN_HOUR:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
