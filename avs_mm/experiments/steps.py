"""Run tools one after another under one progress bar, each with its output in a log."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from avs_mm.shipped import tools_dir

__all__ = ["Step", "StepError", "eta_seconds", "progress_bar", "run_logged"]

TAIL = 30  # lines of the log that a failure shows


@dataclass(frozen=True)
class Step:
    """A call of Python: its log's name, what the bar says, how long it may take, its arguments.

    A tool and a config are named from the folder that holds tools and configs, in which it runs.

    ``one_thread`` is for work so small that a second thread costs more than it does.
    """

    name: str
    title: str
    seconds: float
    command: list[str]
    one_thread: bool = False


class StepError(RuntimeError):
    """A step has failed; the message says which, and shows the end of what it printed."""


@contextmanager
def progress_bar(
    steps: list[Step], *, logs: Path, **environment: str
) -> Iterator[Callable[[Step], None]]:
    """Give a function that runs a step and moves the bar; it raises StepError if the step fails."""
    bar = Progress(
        TextColumn("{task.description:<34}"),
        BarColumn(bar_width=14),
        TimeElapsedColumn(),
        TextColumn("elapsed,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        speed_estimate_period=3600,
    )
    task = bar.add_task("", total=sum(step.seconds for step in steps))
    done = 0.0

    def run(step: Step) -> None:
        nonlocal done
        bar.update(task, description=f"{steps.index(step) + 1}/{len(steps)} {step.title}")
        started = time.monotonic()
        run_logged(
            step,
            log=logs / f"{step.name}.log",
            environment=environment,
            on_progress=lambda part: bar.update(task, completed=done + part * step.seconds),
        )
        done += step.seconds
        bar.update(task, completed=done)
        bar.console.print(f"{time.monotonic() - started:5.0f} s  {step.title}")

    with bar:
        yield run


def run_logged(
    step: Step, *, log: Path, environment: dict[str, str], on_progress: Callable[[float], None]
) -> None:
    """Run a step with its output in ``log``; tell as it goes which fraction is done."""
    started = time.monotonic()
    threads = {"OMP_NUM_THREADS": "1"} if step.one_thread else {}
    with (
        log.open("w") as file,
        subprocess.Popen(
            [sys.executable, *step.command],
            cwd=tools_dir().parent,
            env={**os.environ, **environment, **threads, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        ) as process,
    ):
        try:
            for line in process.stdout or ():
                file.write(line)
                file.flush()
                remaining = eta_seconds(line)
                if remaining is not None:
                    spent = time.monotonic() - started
                    on_progress(spent / (spent + remaining))
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        tail = "\n".join(log.read_text().splitlines()[-TAIL:])
        raise StepError(
            f"{step.title} has failed (exit code {process.returncode}). The last lines of {log}:\n"
            f"{tail}"
        )


def eta_seconds(line: str) -> int | None:
    """Read the time left, such as "eta: 1 day, 0:02:10", from mmengine's line on training or test.

    A validation's eta is only its own, so its lines count for nothing.
    """
    found = re.search(r"\((?:train|test)\).* eta: (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)", line)
    if found is None:
        return None
    days, hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
