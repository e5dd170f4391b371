"""Whatever moment a training is ended in, a whole checkpoint is there to go on from."""

import errno
import os
from pathlib import Path

import pytest
from mmengine.fileio import get_file_backend
from toy_training import Killed, runner

from avs_mm.engine.atomic_backend import ATOMIC
from avs_mm.work_dir import is_whole, newest_resumable

pytestmark = pytest.mark.slow


def saved(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.pth")}


def end_at_write(monkeypatch, number: int, *, call: str, error: BaseException) -> None:
    """Let the write of the checkpoint of this number, from 0, fail in one of its system calls."""
    original, writes = getattr(os, call), []

    def failing(target, *rest):
        path = os.readlink(f"/proc/self/fd/{target}") if isinstance(target, int) else str(target)
        if path.endswith(".pth"):
            writes.append(path)
            if len(writes) == number + 1:
                raise error
        return original(target, *rest)

    monkeypatch.setattr(os, call, failing)


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    """Work dir of a training that nothing ends."""
    work_dir = tmp_path_factory.mktemp("runs") / "whole"
    runner(work_dir).train()
    return work_dir


# Of 4 epochs, each with a checkpoint and, where the score is the best so far, two more writes.
@pytest.mark.parametrize(
    ("call", "number"),
    [(call, number) for call in ("fsync", "replace") for number in (1, 2, 3, 5)]
    + [("remove", number) for number in (0, 1, 3)],
)
def test_a_kill_during_a_write_loses_nothing(whole, tmp_path, monkeypatch, call, number):
    with monkeypatch.context() as patch:
        end_at_write(patch, number, call=call, error=Killed())
        training = runner(tmp_path / "run")
        with pytest.raises(Killed):
            training.train()
    newest = newest_resumable(tmp_path / "run")
    assert newest is not None
    assert all(is_whole(path) for path in (tmp_path / "run").glob("[!.]*.pth"))

    runner(tmp_path / "run", resume=True).train()
    assert saved(tmp_path / "run") == saved(whole)


def test_a_full_disk_names_the_file_and_keeps_what_was_there(tmp_path, monkeypatch):
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    message = r"epoch_2\.pth could not be written \(No space left.*--resume"
    with monkeypatch.context() as patch:
        end_at_write(patch, 3, call="fsync", error=full)
        training = runner(tmp_path / "run")
        with pytest.raises(OSError, match=message):
            training.train()
    assert newest_resumable(tmp_path / "run") == tmp_path / "run" / "epoch_1.pth"
    assert not list((tmp_path / "run").glob(".*.pth"))  # no half file is left


def test_nothing_outside_the_work_dir_is_removed(tmp_path):
    runner(tmp_path / "one", epochs=2).train()
    before = saved(tmp_path / "one")
    (tmp_path / "one").rename(tmp_path / "other")
    (tmp_path / "one").mkdir()
    for name in before:
        (tmp_path / "one" / name).write_bytes(b"somebody's")
    runner(tmp_path / "other", epochs=4, resume=True).train()
    assert saved(tmp_path / "one") == before
    assert "epoch_2.pth" not in saved(tmp_path / "other")


def test_the_backend_leaves_the_old_file_where_it_fails(tmp_path, monkeypatch):
    path = tmp_path / "file.pth"
    backend = get_file_backend(path, backend_args={"backend": ATOMIC})
    backend.put(b"old", path)
    end_at_write(monkeypatch, 0, call="fsync", error=OSError(errno.EIO, "input/output error"))
    with pytest.raises(OSError, match=r"file\.pth could not be written \(Input/output error\)"):
        backend.put(b"new", path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
