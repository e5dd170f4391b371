"""Every training has a work dir of its own."""

import os
import re
import signal
import time
from pathlib import Path

import pytest
from toy_training import runner

REPOSITORY = Path(__file__).resolve().parents[2]


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


@pytest.mark.slow
def test_two_trainings_at_once_are_refused(fork_server, tmp_path):
    code = "\n".join(
        [
            "import sys, time, pathlib",
            "from avs_mm.engine.work_dir_hook import _lock",
            "_lock(pathlib.Path(sys.argv[1]))",
            "pathlib.Path(sys.argv[2]).touch()",
            "time.sleep(600)",
        ]
    )
    (tmp_path / "run").mkdir()
    other = fork_server.start("-c", code, tmp_path / "run", tmp_path / "locked", cwd=REPOSITORY)
    while not (tmp_path / "locked").exists():
        os.kill(other, 0)
        time.sleep(0.05)
    message = rf"another training is writing to {re.escape(str(tmp_path))}/run \(process "
    with pytest.raises(RuntimeError, match=message + rf"{other} on .*--work-dir"):
        runner(tmp_path / "run").train()
    os.kill(other, signal.SIGKILL)
    (done,) = fork_server.wait(other)
    assert done.returncode == -signal.SIGKILL, done.stderr
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
