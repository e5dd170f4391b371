"""Two processes of which one dies or stops: the other ends, says so, and both can go on."""

import datetime
import os
import signal
from multiprocessing import get_context
from pathlib import Path

import pytest
import torch.distributed as dist
from toy_training import Network, assert_equal_runs, runner

from avs_mm.one_line_errors import describe
from avs_mm.work_dir import newest_resumable

FORK = get_context("fork")
SECONDS = 30  # to wait for the other process
FORWARD = Network.forward


def train(work_dir: Path, rank: int, fault: int | None, sender) -> None:
    """Train as one of two processes; the second sends itself ``fault`` in its second epoch."""
    os.environ |= {"WORLD_SIZE": "2", "RANK": str(rank), "LOCAL_RANK": str(rank)}

    def forward(self, inputs, mode):
        if mode == "loss" and rank == 1 and fault and len(self.inputs) == 3 * 3:
            os.kill(os.getpid(), fault)
        return FORWARD(self, inputs, mode)

    Network.forward = forward
    try:
        dist.init_process_group(
            "gloo",
            init_method=f"file://{work_dir.parent}/store-{work_dir.name}-{fault}",
            rank=rank,
            world_size=2,
            timeout=datetime.timedelta(seconds=SECONDS),
        )
        runner(work_dir, resume=True, launcher="pytorch").train()
        sender.send("done")
    except Exception as error:
        sender.send(describe(error))
    finally:
        os._exit(0)  # whatever the process group still waits for


def train_on_two(work_dir: Path, fault: int | None) -> str:
    """Return what the first process says at its end."""
    receiver, sender = FORK.Pipe(duplex=False)
    _, unread = FORK.Pipe(duplex=False)
    pipes = (sender, unread)
    processes = [
        FORK.Process(target=train, args=(work_dir, rank, fault, pipes[rank])) for rank in (0, 1)
    ]
    for process in processes:
        process.start()
    try:
        return receiver.recv() if receiver.poll(20 * SECONDS) else "hangs"
    finally:
        for process in processes:
            process.kill()
            process.join()


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("runs") / "whole"
    assert train_on_two(work_dir, None) == "done"
    return work_dir


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP])
def test_the_other_process_ends_and_both_go_on(whole, tmp_path, fault, figure):
    said = train_on_two(tmp_path / "run", fault)
    assert said.startswith("another process of this run has ended, hangs or was stopped: see what")
    assert newest_resumable(tmp_path / "run") == tmp_path / "run" / "epoch_1.pth"
    assert train_on_two(tmp_path / "run", None) == "done"
    assert_equal_runs(tmp_path / "run", whole)
    figure(f"one of two processes gets {fault.name}", "named by the other, goes on bit by bit")
