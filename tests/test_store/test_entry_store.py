"""Entries on disk: found again by others, never damaged ones, whatever happens to the files."""

import copy
import multiprocessing
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from avs_mm.store import EntryStore
from avs_mm.store import entry_store as module
from avs_mm.store.segment import Segment, write_segment

KEYS = [bytes([number] * 16) for number in range(4)]


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.binary(min_size=16, max_size=16), st.binary(max_size=200), max_size=30))
def test_another_store_finds_what_one_has_written(tmp_path_factory, entries: dict):
    folder = tmp_path_factory.mktemp("store")
    store = EntryStore(folder)
    for key, value in entries.items():
        store.put(key, value)
    assert {key: store.get(key) for key in entries} == entries
    store.flush()
    another = EntryStore(folder)
    assert len(another) == len(entries)
    assert {key: another.get(key) for key in entries} == entries


def test_keys_that_share_their_first_half_are_told_apart(tmp_path: Path):
    keys = [bytes(8) + bytes([number] * 8) for number in range(3)]
    write_segment(tmp_path / "a.segment", {keys[0]: b"first", keys[2]: b"third"})
    store = EntryStore(tmp_path)
    assert [store.get(key) for key in keys] == [b"first", None, b"third"]


def test_a_store_sees_what_another_writes_later(tmp_path: Path):
    one, other = EntryStore(tmp_path), EntryStore(tmp_path)
    assert other.get(KEYS[0]) is None
    one.put(KEYS[0], b"value")
    one.flush()
    assert other.get(KEYS[0]) == b"value"


def test_is_written_after_a_minute_and_when_it_is_large(tmp_path: Path, monkeypatch):
    store = EntryStore(tmp_path)
    store.put(KEYS[0], b"value")
    assert not [*tmp_path.iterdir()]
    monkeypatch.setattr(module, "LONGEST_WAIT", 0.0)
    store.put(KEYS[1], b"value")
    assert len([*tmp_path.iterdir()]) == 1
    monkeypatch.setattr(module, "LONGEST_WAIT", 60.0)
    monkeypatch.setattr(module, "MOST_PENDING", 4)
    store.put(KEYS[2], b"value")
    assert len([*tmp_path.iterdir()]) == 2


def test_what_waits_is_written_when_the_store_goes(tmp_path: Path):
    store = EntryStore(tmp_path)
    store.put(KEYS[0], b"value")
    del store
    assert EntryStore(tmp_path).get(KEYS[0]) == b"value"


def test_a_copy_opens_the_folder_for_itself(tmp_path: Path):
    store = EntryStore(tmp_path)
    store.put(KEYS[0], b"value")
    store.flush()
    assert copy.deepcopy(store).get(KEYS[0]) == b"value"


@pytest.mark.parametrize("kept", [0, 1, 10, -1, -25, -40])
def test_a_file_cut_short_is_removed_and_the_others_stay(tmp_path: Path, kept: int):
    write_segment(tmp_path / "a.segment", {KEYS[0]: b"whole"})
    write_segment(tmp_path / "b.segment", {KEYS[1]: b"cut", KEYS[2]: b"short"})
    path = tmp_path / "b.segment"
    path.write_bytes(path.read_bytes()[:kept])
    store = EntryStore(tmp_path)
    assert [store.get(key) for key in KEYS[:3]] == [b"whole", None, None]
    assert not path.exists()


@pytest.mark.parametrize("place", [0, 4, 9, 30, 60, -30, -4])
def test_a_damaged_file_is_removed_and_computed_anew(tmp_path: Path, place: int):
    path = tmp_path / "a.segment"
    write_segment(path, {KEYS[0]: b"value", KEYS[1]: b"other"})
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    store = EntryStore(tmp_path)
    found = [store.get(key) for key in KEYS[:2]]
    assert None in found
    assert set(found) <= {None, b"value", b"other"}
    assert not path.exists()
    store.put(KEYS[0], b"value")
    store.flush()
    assert EntryStore(tmp_path).get(KEYS[0]) == b"value"


def test_a_damaged_entry_is_taken_from_another_file(tmp_path: Path):
    for name in "ab":
        write_segment(tmp_path / f"{name}.segment", {KEYS[0]: b"value"})
    path = tmp_path / "a.segment"
    path.write_bytes(b"V" + path.read_bytes()[1:])
    assert EntryStore(tmp_path).get(KEYS[0]) == b"value"


def test_a_full_disk_ends_the_writing_and_not_the_training(tmp_path: Path, monkeypatch):
    def full(path, entries):
        raise OSError(28, f"{path} could not be written")

    store = EntryStore(tmp_path)
    monkeypatch.setattr(module, "write_segment", full)
    store.put(KEYS[0], b"value")
    store.flush()
    store.put(KEYS[1], b"value")
    assert [store.get(key) for key in KEYS[:2]] == [None, None]
    assert not store.pending


def _write_many(folder: Path, first: int) -> None:
    store = EntryStore(folder)
    for number in range(first, first + 60):
        store.put(number.to_bytes(16, "little"), str(number).encode() * 50)
        if number % 10 == 0:
            store.flush()
        assert store.get(number.to_bytes(16, "little")) is not None
    store.flush()


def test_two_processes_write_at_once(tmp_path: Path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write_many, args=(tmp_path, first)) for first in (0, 30)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
        assert worker.exitcode == 0
    store = EntryStore(tmp_path)
    for number in range(90):
        assert store.get(number.to_bytes(16, "little")) == str(number).encode() * 50
    for path in tmp_path.iterdir():
        Segment(path)  # each is whole, and nothing unfinished is left


def test_a_look_up_takes_no_memory_that_grows_with_the_store(tmp_path: Path):
    number = 20_000
    keys = np.random.default_rng(0).bytes(16 * number)
    written = EntryStore(tmp_path)
    for place in range(number):
        written.put(keys[16 * place : 16 * place + 16], b"value")
    written.flush()
    store = EntryStore(tmp_path)
    assert store.get(keys[:16]) == b"value"
    tracemalloc.start()
    for place in range(number - 10, number):
        assert store.get(keys[16 * place : 16 * place + 16]) == b"value"
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < number  # bytes: a copy of the keys' halves alone would be 8 an entry
