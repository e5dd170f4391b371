"""What a tool says when it fails: the file, the fault and the remedy, without a traceback."""

import argparse
import inspect
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path

__all__ = [
    "TRACEBACK",
    "add_traceback_option",
    "describe",
    "ended_by_sigterm",
    "one_line_errors",
    "traceback_is_wanted",
]

TRACEBACK = "--traceback"

# mmengine puts this before the message of whatever fails while it builds something.
BUILT = re.compile(r"^class `\w+` in \S+: ")
# A loader's worker sends its traceback as the message; the last line of this form begins the error.
IN_WORKER = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt)): ", re.M)
LOST_PROCESS = re.compile(r"gloo|nccl|timed out|connection (closed|reset)", re.I)
EXPECTED = (OSError, ValueError, RuntimeError, ImportError)


def one_line_errors(main: Callable[[], None]) -> Callable[[], None]:
    """Let a tool's main function end with one line instead of a traceback.

    ``--traceback`` among the arguments shows it all the same; a SIGTERM is as of
    `ended_by_sigterm`.
    """

    @wraps(main)
    def run() -> None:
        name = Path(inspect.getfile(main)).stem
        with_traceback = traceback_is_wanted()
        sys.argv = [argument for argument in sys.argv if argument != TRACEBACK]
        try:
            with ended_by_sigterm():
                main()
        except KeyboardInterrupt:
            sys.exit(f"{name}: interrupted")
        except Exception as error:
            if with_traceback:
                raise
            sys.exit(f"{name}: {describe(error)}")

    return run


def traceback_is_wanted() -> bool:
    """Whether ``--traceback`` is among the arguments."""
    return TRACEBACK in sys.argv[1:]


def add_traceback_option(parser: argparse.ArgumentParser) -> None:
    """Show ``--traceback`` in a tool's help; `one_line_errors` has taken it before it is parsed."""
    parser.add_argument(
        TRACEBACK, action="store_true", help="show where an error comes from, not one line alone"
    )


@contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Let a SIGTERM end the block as an error does, so that what is not complete is removed."""
    if threading.current_thread() is not threading.main_thread():  # others may not set handlers
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def describe(error: Exception) -> str:
    """Say what an exception says, without what mmengine and a loader's workers wrap around it.

    The kind of an error that no check of ours has foreseen stands before it.
    """
    kind, text = type(error).__name__, _text(error)
    if "Original Traceback" in text and (found := list(IN_WORKER.finditer(text))):
        kind, text = found[-1][1], text[found[-1].end() :].strip()
    while BUILT.match(text):
        text = BUILT.sub("", text)
    if int(os.environ.get("WORLD_SIZE", "1")) > 1 and LOST_PROCESS.search(text):
        return (
            "another process of this run has ended, hangs or was stopped: see what it said, then "
            f"go on with --resume; env_cfg.dist_cfg.timeout is how many seconds to wait ({text})"
        )
    if isinstance(error, EXPECTED) and text:
        return text
    return f"{kind}: {text} (--traceback shows where)"


def _text(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    if isinstance(error, KeyError) and error.args:
        return str(error.args[0])  # str(error) puts it into quotes
    return str(error)


def _stop(*_: object) -> None:
    sys.exit(128 + signal.SIGTERM)
