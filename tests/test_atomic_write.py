import errno
import os
import time

import pytest

from avs_mm import atomic_write as module
from avs_mm.atomic_write import atomic_write, unfinished_folder

NO_PROCESS = 2**22 + 1  # above the largest number that Linux gives


@pytest.fixture(autouse=True)
def _sweep_anew():
    module._sweep.cache_clear()


def test_takes_the_place_of_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with atomic_write(path) as neighbour:
        neighbour.write_text("new")
        assert (neighbour.parent, neighbour.suffix) == (tmp_path, ".txt")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")

    def fail() -> None:
        with atomic_write(path) as neighbour:
            neighbour.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def write(path, error: BaseException) -> None:
    with atomic_write(path) as neighbour:
        neighbour.write_text("half")
        raise error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO])
def test_a_disk_that_fails_is_named_with_the_file(tmp_path, number):
    path = tmp_path / "a.txt"
    path.write_text("old")
    reason = os.strerror(number)
    message = rf"a\.txt could not be written \({reason}\), what stood there is kept: make room on"
    with pytest.raises(OSError, match=message) as caught:
        write(path, OSError(number, reason))
    assert caught.value.errno == number
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_of_something_else_stays_itself(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"^\[Errno 2\] No such file: 'b\.txt'$"):
        write(tmp_path / "a.txt", FileNotFoundError(errno.ENOENT, "No such file", "b.txt"))


def test_a_folder_that_takes_no_files_is_named(tmp_path):
    with pytest.raises(OSError, match=r"none/a\.txt could not be written \(No such file or dir"):
        write(tmp_path / "none" / "a.txt", RuntimeError())


def test_a_folder_is_there_until_the_block_ends(tmp_path):
    with unfinished_folder(tmp_path / "new.d" / "out") as folder:
        (folder / "a").write_text("a")
        assert folder.parent == tmp_path / "new.d"
        (folder / "a").rename(tmp_path / "a")
        (folder / "b").write_text("b")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "new.d"]


def test_what_killed_processes_have_left_is_removed_after_an_hour(tmp_path):
    def left(name: str, *, age: float = 3601) -> str:
        path = tmp_path / name
        path.write_text("half")
        os.utime(path, (0, time.time() - age))
        return name

    left(f".a.unfinished-{NO_PROCESS}.json")
    folder = tmp_path / f".out.unfinished-{NO_PROCESS}"
    folder.mkdir()
    (folder / "half").write_text("half")
    os.utime(folder, (0, 0))
    kept = {
        left(f".b.unfinished-{NO_PROCESS}.json", age=3500),
        left(f".c.unfinished-{os.getppid()}.json"),  # it runs
        left(".mine.2024.json"),
    }
    with atomic_write(tmp_path / "new.json") as neighbour:
        neighbour.write_text("new")
    assert {path.name for path in tmp_path.iterdir()} == kept | {"new.json"}
