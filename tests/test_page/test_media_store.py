import time

import pytest

from avs_mm.page.limits import Limits
from avs_mm.page.media_check import MediaFacts
from avs_mm.page.media_store import MediaStore
from avs_mm.page.page_error import PageError

FACTS = MediaFacts("video/mp4", 1.0, True, True)


@pytest.fixture
def store(tmp_path) -> MediaStore:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return MediaStore(folder, Limits(files=2, minutes=30))


def add(store, *, is_example=False):
    path = store.folder.with_name("example.mp4") if is_example else store.new_path()
    path.write_bytes(b"content")
    return store.add(path, name="a.mp4", facts=FACTS, is_example=is_example)


def test_a_key_is_not_a_path(store):
    media = add(store)
    assert store.get(media.key) is media
    assert len(media.key) >= 22  # 128 bits
    for wrong in (media.path.name, str(media.path), f"../{media.path.name}", "", "/etc/hostname"):
        with pytest.raises(PageError, match="deleted 30 minutes after their last use"):
            store.get(wrong)


def test_unused_uploads_are_deleted_and_examples_stay(store):
    old, example, used = add(store), add(store, is_example=True), add(store)
    for media in (old, example, used):
        media.used = time.monotonic() - 31 * 60
    store.get(used.key)
    store.delete_unused()
    assert [media.path.exists() for media in (old, example, used)] == [False, True, True]
    with pytest.raises(PageError):
        store.get(old.key)


def test_a_full_page_takes_no_more_until_something_goes(store):
    first = add(store)
    add(store)
    with pytest.raises(PageError, match="try again later") as caught:
        store.new_path()
    assert caught.value.status == 503
    store.delete(first.key)
    assert not first.path.exists()
    assert first.deleted
    store.new_path()  # an upload that is under way counts
    with pytest.raises(PageError, match="try again later"):
        store.new_path()


def test_nobody_deletes_an_example(store):
    example = add(store, is_example=True)
    store.delete(example.key)
    assert store.get(example.key).path.exists()


def test_limits_are_positive():
    with pytest.raises(ValueError, match="above 0; raise seconds, jobs"):
        Limits(seconds=0, jobs=-1)
