"""A full and a read-only disk: the file is named, and what stood there is kept."""

import errno
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from toy_training import Network, assert_equal_runs, runner
from writers import WRITERS, content_of

from avs_mm import atomic_write
from avs_mm.work_dir import newest_resumable


def mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


def fill(folder: Path) -> None:
    with (folder / "filling").open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))


@pytest.fixture
def disk(tmp_path) -> Iterator[Callable[[str], Path]]:
    """Mount a disk in memory, of a size such as "64k"."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def give(size: str) -> Path:
        try:
            mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
        except (OSError, subprocess.CalledProcessError):
            pytest.skip("needs the right to mount a tmpfs; test_atomic_write.py has the fake")
        return folder

    yield give
    subprocess.run(["umount", folder], check=False, capture_output=True)


@pytest.mark.parametrize("fault", ["full", "read-only"])
@pytest.mark.parametrize("name", WRITERS)
def test_what_stood_there_is_kept(disk, name, fault, figure):
    folder = disk("4m")
    path = folder / name
    WRITERS[name](path)
    before = content_of(path)
    if fault == "full":
        fill(folder)
    else:
        mount("-o", "remount,ro", folder)
    atomic_write._sweep.cache_clear()
    number = errno.ENOSPC if fault == "full" else errno.EROFS
    with pytest.raises(OSError, match=str(path)) as caught:
        WRITERS[name](path)
    assert caught.value.errno == number
    assert content_of(path) == before
    assert not list(folder.glob(".*"))
    figure(f"{name} on a {fault} disk", "named, the old one kept")


def test_a_training_goes_on_when_there_is_room(disk, tmp_path, monkeypatch, figure):
    runner(tmp_path / "whole").train()
    folder = disk("8m")
    forward = Network.forward

    def filling(self, inputs, mode):
        if mode == "loss" and len(self.inputs) == 3 * 5:  # within the second epoch of four
            fill(folder)
        return forward(self, inputs, mode)

    training = runner(folder / "run")
    with monkeypatch.context() as patch:
        patch.setattr(Network, "forward", filling)
        with pytest.raises(OSError, match=r"\.pth could not be written \(No space left.*--resume"):
            training.train()
    assert newest_resumable(folder / "run") == folder / "run" / "epoch_1.pth"
    (folder / "filling").unlink()
    runner(folder / "run", resume=True).train()
    assert_equal_runs(folder / "run", tmp_path / "whole")
    figure("training on a disk that fills up", "goes on from epoch 1, equal to the last bit")
