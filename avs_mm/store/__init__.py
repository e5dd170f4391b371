"""What frozen networks have computed, kept in memory or on disk."""

from avs_mm.store.entry_store import EntryStore
from avs_mm.store.frozen_store import FrozenStore
from avs_mm.store.memory_store import MemoryStore

__all__ = ["EntryStore", "FrozenStore", "MemoryStore"]
