"""Entries in the memory of a process."""

__all__ = ["MemoryStore"]


class MemoryStore:
    """Entries by their keys; the first ones that come are kept, and no more than asked for."""

    def __init__(self, most_entries: int) -> None:
        self.most_entries = most_entries
        self.entries: dict[bytes, bytes] = {}

    def get(self, key: bytes) -> bytes | None:
        """Return an entry, or None where there is none."""
        return self.entries.get(key)

    def put(self, key: bytes, value: bytes) -> None:
        """Keep an entry, if there is room."""
        if len(self.entries) < self.most_entries:
            self.entries[key] = value

    def __len__(self) -> int:
        return len(self.entries)
