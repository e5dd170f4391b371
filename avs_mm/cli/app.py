"""The commands of ``avs-mm``, and how they end: 0 well, 1 with a fault, 2 wrongly called."""

import os
import sys
import warnings

import typer

from avs_mm.cli.check_data import check_data
from avs_mm.cli.doctor import doctor
from avs_mm.cli.faults import one_sentence
from avs_mm.cli.models import models
from avs_mm.cli.prepare import prepare
from avs_mm.cli.segment import segment
from avs_mm.cli.serve import serve
from avs_mm.one_line_errors import TRACEBACK, ended_by_sigterm, traceback_is_wanted
from avs_mm.version import __version__

__all__ = ["app", "main"]

app = typer.Typer(
    name="avs-mm",
    help="Mark the objects in a video that sound.\n\n"
    "Exit codes: 0 all well, 1 a fault, which one sentence names, 2 a wrong call.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command()(segment)
app.command()(serve)
app.add_typer(models, name="models")
app.command()(check_data)
app.command()(prepare)
app.command()(doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"avs_mm {__version__}")
        raise typer.Exit


@app.callback()
def about(
    version: bool = typer.Option(False, "--version", callback=_print_version, is_eager=True),
    traceback: bool = typer.Option(
        False, TRACEBACK, help="Show where an error comes from; may stand anywhere."
    ),
) -> None:
    """Mark the objects in a video that sound."""


def main() -> None:
    """Run the command; what libraries say of themselves is not the user's affair.

    A SIGTERM ends it as an error does, so that files that are not complete are removed.
    """
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")  # its retries; the fault itself is ours
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)
    arguments = [argument for argument in sys.argv[1:] if argument != TRACEBACK]
    before = [TRACEBACK] if traceback_is_wanted() else []
    with ended_by_sigterm(), one_sentence():
        app(before + arguments)
