"""What a tool says when it fails: the file, the fault and the remedy, without a traceback."""

import inspect
import os
import re
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from pathlib import Path

__all__ = ["describe", "one_line_errors"]

# mmengine puts this before the message of whatever fails while it builds something.
BUILT = re.compile(r"^class `\w+` in \S+: ")
# A loader's worker sends its traceback as the message; the last line of this form begins the error.
IN_WORKER = re.compile(r"^(?:\w+\.)*(\w+(?:Error|Exception|Interrupt)): ", re.M)
LOST_PROCESS = re.compile(r"gloo|nccl|timed out|connection (closed|reset)", re.I)
EXPECTED = (OSError, ValueError, RuntimeError, ImportError)


def one_line_errors(main: Callable[[], None]) -> Callable[[], None]:
    """Let a tool's main function end with one line instead of a traceback.

    ``--traceback`` among the arguments shows it all the same. A SIGTERM ends the tool as an error
    does, so that files that are not complete are removed.
    """

    @wraps(main)
    def run() -> None:
        name = Path(inspect.getfile(main)).stem
        with_traceback = "--traceback" in sys.argv[1:]
        sys.argv = [argument for argument in sys.argv if argument != "--traceback"]
        before = signal.getsignal(signal.SIGTERM)
        if threading.current_thread() is threading.main_thread():  # others may not set handlers
            signal.signal(signal.SIGTERM, _stop)
        try:
            main()
        except KeyboardInterrupt:
            sys.exit(f"{name}: interrupted")
        except Exception as error:
            if with_traceback:
                raise
            sys.exit(f"{name}: {describe(error)}")
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, before)

    return run


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
