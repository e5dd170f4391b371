"""Every training has a work dir of its own."""

import os
import re
import signal
import time
from multiprocessing import get_context
from pathlib import Path

import pytest
from toy_training import runner

from avs_mm.engine.work_dir_hook import _lock

FORK = get_context("fork")


@pytest.fixture
def trained(tmp_path) -> Path:
    runner(tmp_path / "run", epochs=1).train()
    return tmp_path / "run"


def test_an_earlier_run_is_not_built_upon(trained):
    before = {path: path.stat().st_mtime_ns for path in trained.glob("*.pth")}
    message = r"run holds checkpoints of an earlier training \(best_score_epoch_1\.pth\): give "
    with pytest.raises(FileExistsError, match=message + r"--resume .* --overwrite .*--work-dir"):
        runner(trained).train()
    assert {path: path.stat().st_mtime_ns for path in trained.glob("*.pth")} == before


def test_half_a_file_of_a_killed_run_is_removed(trained):
    half, other = trained / ".epoch_2.unfinished-4711.pth", trained / ".mine.pth"
    half.write_bytes(b"PK")
    other.write_bytes(b"PK")
    runner(trained, epochs=2, resume=True).train()
    assert not half.exists()
    assert other.exists()


def test_an_earlier_run_is_overwritten_where_that_is_wanted(trained):
    (trained / "best_score_epoch_7.pth").write_bytes(b"old")
    runner(trained, epochs=2, overwrite=True).train()
    assert not (trained / "best_score_epoch_7.pth").exists()
    assert (trained / "epoch_2.pth").is_file()


def hold(work_dir: Path, sender) -> None:
    """Lock a work dir for ten minutes."""
    _lock(work_dir)
    sender.send("locked")
    time.sleep(600)


@pytest.mark.slow
def test_two_trainings_at_once_are_refused(tmp_path):
    (tmp_path / "run").mkdir()
    receiver, sender = FORK.Pipe(duplex=False)
    other = FORK.Process(target=hold, args=(tmp_path / "run", sender))
    other.start()
    assert receiver.recv() == "locked"
    message = rf"another training is writing to {re.escape(str(tmp_path))}/run \(process "
    with pytest.raises(RuntimeError, match=message + rf"{other.pid} on .*--work-dir"):
        runner(tmp_path / "run").train()
    other.kill()
    other.join()
    assert other.exitcode == -signal.SIGKILL
    runner(tmp_path / "run", epochs=1).train()  # a killed one holds no lock


def test_the_newest_whole_checkpoint_is_resumed(trained, caplog):
    (trained / "epoch_2.pth").write_bytes((trained / "epoch_1.pth").read_bytes()[:-1000])
    (trained / "last_checkpoint").write_text(str(trained / "epoch_2.pth"))
    training = runner(trained, epochs=2, resume=True)
    training.train()
    assert training.iter == 8
    log = max(trained.rglob("*.log"), key=os.path.getmtime).read_text()
    assert "epoch_2.pth is damaged or cut short and is passed over" in log


def test_without_a_whole_checkpoint_nothing_is_resumed(trained):
    for path in trained.glob("epoch_*.pth"):
        path.write_bytes(b"PK")
    message = r"run: none of its checkpoints \(epoch_1\.pth\) is whole, so nothing can be resumed"
    with pytest.raises(ValueError, match=message):
        runner(trained, epochs=2, resume=True).train()


def test_a_first_start_may_ask_to_resume(tmp_path):
    training = runner(tmp_path / "run", epochs=1, resume=True)
    training.train()
    assert training.iter == 4
