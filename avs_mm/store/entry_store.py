"""Entries on disk that several processes write and read at once."""

import logging
import time
import uuid
import weakref
from contextlib import suppress
from pathlib import Path

import numpy as np
from mmengine.logging import print_log

from avs_mm.store.segment import INDEX, Segment, write_segment

__all__ = ["EntryStore"]

MOST_PENDING = 2**25  # bytes that wait in memory to be written
LONGEST_WAIT = 60.0  # seconds that they wait while others come: what a killed process loses
LOCATED = np.dtype([*INDEX.descr, ("segment", "<u4")])


class EntryStore:
    """Entries by keys of 16 bytes, in a folder of files each of which is written once, whole.

    Any number of processes, on any number of machines with a common disk, may use the folder: no
    file is ever changed, so nothing needs a lock. Two that compute the same entry both write it. A
    file that is cut short or damaged is removed, and its entries are missing until they come again.
    An entry takes 44 bytes of memory in each process.

    Where the disk is full or read-only, a warning is logged and nothing more is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.segments: list[Segment] = []
        self._set_located(np.zeros(0, LOCATED))
        self.known: set[str] = set()  # names of files that were read, or found broken
        self.changed = -1  # of the folder, when it was last listed
        self.pending: dict[bytes, bytes] = {}
        self.pending_bytes = 0
        self.written = time.monotonic()
        self.writes = True
        # At the end of the process, too
        self.close = weakref.finalize(self, _write, self.folder, self.pending)
        self._read_new_files()

    def __reduce__(self) -> tuple:
        return EntryStore, (self.folder,)  # a copy opens the folder for itself

    def __len__(self) -> int:
        return len(self.located) + len(self.pending)

    def get(self, key: bytes) -> bytes | None:
        """Return an entry, or None where there is none, or where it is damaged."""
        if key in self.pending:
            return self.pending[key]
        row = self._locate(key)
        if row is None and self._read_new_files():
            row = self._locate(key)
        if row is None:
            return None
        segment = self.segments[row["segment"]]
        try:
            return segment.read(row)
        except ValueError as error:
            self._discard(segment.path, str(error))
            self._set_located(self.located[self.located["segment"] != row["segment"]])
            return self.get(key)  # of another file, if there is one

    def put(self, key: bytes, value: bytes) -> None:
        """Keep an entry; it is on disk a minute later, or at the end of the process."""
        if not self.writes:
            return
        self.pending[key] = value
        self.pending_bytes += len(value)
        if self.pending_bytes >= MOST_PENDING or time.monotonic() - self.written >= LONGEST_WAIT:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        try:
            _write(self.folder, self.pending)
        except OSError as error:
            self.writes = False
            self.pending.clear()
            print_log(f"{error}; the store is not written any more", "current", logging.WARNING)
        self.pending_bytes, self.written = 0, time.monotonic()
        self._read_new_files()

    def _set_located(self, located: np.ndarray) -> None:
        """Set where the entries lie, sorted by the first half of the key."""
        self.located = located
        # Searching a field of ``located`` would copy that of all entries at every look-up.
        self.high = np.ascontiguousarray(located["high"])

    def _locate(self, key: bytes) -> np.void | None:
        high, low = np.frombuffer(key, "<u8")
        place = int(self.high.searchsorted(high))
        while place < len(self.located) and self.high[place] == high:
            if self.located["low"][place] == low:
                found: np.void = self.located[place]
                return found
            place += 1
        return None

    def _read_new_files(self) -> bool:
        """Read the indices of files that others, or this process, have written since."""
        changed = self.folder.stat().st_mtime_ns
        if changed == self.changed:
            return False
        self.changed = changed
        parts = [self.located]
        for path in sorted(self.folder.glob("[0-9a-f]*.segment")):
            if path.name in self.known:
                continue
            self.known.add(path.name)
            try:
                segment = Segment(path)
            except FileNotFoundError:  # another process has found it broken
                continue
            except ValueError as error:
                self._discard(path, str(error))
                continue
            rows = np.zeros(len(segment.index), LOCATED)
            for name in INDEX.names or ():
                rows[name] = segment.index[name]
            rows["segment"] = len(self.segments)
            self.segments.append(segment)
            parts.append(rows)
        if len(parts) > 1:
            joined = np.concatenate(parts)
            self._set_located(joined[joined["high"].argsort(kind="stable")])
        return len(parts) > 1

    def _discard(self, path: Path, fault: str) -> None:
        print_log(f"{fault}; it is removed and computed anew", "current", logging.WARNING)
        with suppress(OSError):  # another process was faster, or the disk is read-only
            path.unlink()


def _write(folder: Path, pending: dict[bytes, bytes]) -> None:
    if pending:
        write_segment(folder / f"{uuid.uuid4().hex}.segment", pending)
        pending.clear()
