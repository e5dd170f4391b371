"""SIGKILL at random moments: a training goes on bit by bit, a file is whole or not there."""

import os
import random
import shutil
import time
from pathlib import Path

import pytest
from sudden_death import count_events, kill_at
from toy_training import assert_equal_runs, runner
from writers import WRITERS, content_of

from avs_mm import atomic_write
from avs_mm.work_dir import is_whole

MOMENTS = 10


def train(work_dir: Path) -> None:
    runner(work_dir, resume=True).train()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> tuple[Path, int]:
    """An uninterrupted training, and how many calls and returns it makes."""
    folder = tmp_path_factory.mktemp("runs")
    train(folder / "whole")  # in this process, so that nothing is done for the first time below
    return folder / "whole", count_events(lambda: train(folder / "counted"))


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_training_goes_on_bit_by_bit(whole, tmp_path, moment, figure):
    expected, events = whole
    draw = random.Random(moment)
    event = draw.randrange(1, events)
    while not kill_at(lambda: train(tmp_path / "run"), event):  # it had ended before
        shutil.rmtree(tmp_path / "run")
        event //= 2
    # Once more, while it goes on, if that does not end before.
    kills = 1 + kill_at(lambda: train(tmp_path / "run"), draw.randrange(1, event + 1))
    assert all(is_whole(path) for path in (tmp_path / "run").glob("[!.]*.pth"))
    train(tmp_path / "run")
    assert_equal_runs(tmp_path / "run", expected)
    assert not list((tmp_path / "run").glob(".*.pth"))
    figure(f"training {moment + 1} of {MOMENTS}, killed {kills} times", "equal to the last bit")


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_the_old_one_or_the_new_one(name, tmp_path, figure):
    path, write = tmp_path / name, WRITERS[name]
    write(path)
    new = content_of(path)
    for file in [path] if path.is_file() else [*path.iterdir()]:
        file.write_bytes(b"old")
    old = content_of(path)
    events = count_events(lambda: write(tmp_path / f"other{path.suffix}"))
    killed = halves = 0
    for moment in range(MOMENTS):
        if content_of(path) == new:
            for file in [path] if path.is_file() else [*path.iterdir()]:
                file.write_bytes(b"old")
        killed += kill_at(lambda: write(path), random.Random(moment).randrange(1, events))
        found = content_of(path)
        if isinstance(found, dict):  # each file for itself; the results come last
            halves += sum(found[key] not in (old[key], new[key]) for key in found)
        else:
            halves += found not in (old, new)
    figure(f"{name}, killed {killed} times while it is written", f"{halves} half files")
    assert halves == 0
    assert killed > 0
    # An hour later nothing is left of them.
    for left in tmp_path.glob(".*"):
        os.utime(left, (0, time.time() - 3601))
    atomic_write._sweep.cache_clear()
    write(path)
    assert not list(tmp_path.glob(".*"))
