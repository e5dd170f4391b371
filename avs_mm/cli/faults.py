"""A fault becomes one sentence and an exit code."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from avs_mm.one_line_errors import describe, traceback_is_wanted

__all__ = ["fail", "one_sentence", "say", "tell"]


@contextmanager
def one_sentence() -> Iterator[None]:
    """Print what is wrong to stderr, and exit with 1; with ``--traceback`` raise it instead."""
    try:
        yield
    except (typer.Exit, typer.Abort):  # RuntimeErrors
        raise
    except BrokenPipeError:  # of a pager that was closed; nothing may be written at the end either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except Exception as error:
        tell(error)
        raise typer.Exit(1) from None


def fail(message: str) -> NoReturn:
    """Print a sentence to stderr, and exit with 1."""
    typer.echo(f"avs-mm: {message}", err=True)
    raise typer.Exit(1)


def tell(error: Exception) -> None:
    """Print what is wrong to stderr in one sentence, and go on; with ``--traceback`` raise it."""
    if traceback_is_wanted():
        raise error
    typer.echo(f"avs-mm: {describe(error)}", err=True)


def say(message: str, *, quiet: bool = False) -> None:
    """Print a line, unless the user wants none."""
    if not quiet:
        typer.echo(message)
