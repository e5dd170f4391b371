"""Functions in processes of their own, which die at the n-th call in them, or after a while."""

import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing import get_context

FORK = get_context("fork")


def count_events(function: Callable[[], None]) -> int:
    """Run a function in a process of its own; return how many calls and returns it makes."""
    receiver, sender = FORK.Pipe(duplex=False)
    assert _run(_counting, function, sender) == 0
    return receiver.recv()


def kill_at(function: Callable[[], None], event: int) -> bool:
    """Run it in a process that is killed (SIGKILL) at a call or return; whether it was."""
    code = _run(_dying, function, event)
    assert code in (0, -signal.SIGKILL)
    return code != 0


def processor_seconds(function: Callable[[], None]) -> float:
    """Run a function in a process of its own; return what it takes of the processor."""
    receiver, sender = FORK.Pipe(duplex=False)
    assert _run(_timing, function, sender) == 0
    return receiver.recv()


def kill_after(function: Callable[[], None], seconds: float) -> bool:
    """Run it in a process that the kernel ends after so much of the processor; whether it did."""
    code = _run(_lasting, function, seconds)
    assert code in (0, -signal.SIGPROF)
    return code != 0


def _run(target: Callable, *arguments: object) -> int:
    process = FORK.Process(target=target, args=arguments)
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _counting(function: Callable[[], None], sender) -> None:
    events = 0

    def count(*_: object) -> None:
        nonlocal events
        events += 1

    sys.setprofile(count)
    function()
    sys.setprofile(None)
    sender.send(events)


def _dying(function: Callable[[], None], event: int) -> None:
    left = event

    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(die)
    function()
    sys.setprofile(None)


def _timing(function: Callable[[], None], sender) -> None:
    start = time.process_time()
    function()
    sender.send(time.process_time() - start)


def _lasting(function: Callable[[], None], seconds: float) -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # which ends a process, whatever it does
    signal.setitimer(signal.ITIMER_PROF, seconds)
    function()
    signal.setitimer(signal.ITIMER_PROF, 0)
