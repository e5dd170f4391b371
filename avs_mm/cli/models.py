"""``avs-mm models``: the published networks that have a name."""

from typing import Annotated

import typer

from avs_mm.cli.faults import fail, one_sentence, say, tell

__all__ = ["models"]

models = typer.Typer(help="Published weights by name: list, get, verify.", no_args_is_help=True)


@models.command("list")
def list_models() -> None:
    """List the names, their size and licence, and whether the files are here.

    Example: avs-mm models list
    """
    from avs_mm.weights.hub import find_local
    from avs_mm.weights.names import NAMES

    with one_sentence():
        for name, weights in NAMES.items():
            where = find_local(name)
            state = str(where) if where else "not here" + ("" if weights.on_hub else ", by hand")
            typer.echo(f"{name:40} {weights.megabytes:5} MB  {weights.licence:13} {state}")


@models.command("get")
def get_models(
    names: Annotated[list[str], typer.Argument(help="Of avs-mm models list.")],
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
) -> None:
    """Download weights, or find those that are here, and verify them.

    Example: avs-mm models get maskformer-swin-base-coco ast-audioset
    """
    _get_all(names, quiet=quiet)


@models.command("verify")
def verify_models(
    names: Annotated[list[str] | None, typer.Argument(help="Default: all that are here.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
) -> None:
    """Compare the files that are here with their checksums; nothing is downloaded.

    Example: avs-mm models verify
    """
    from avs_mm.weights.hub import find_local
    from avs_mm.weights.names import NAMES, find_weights

    with one_sentence():
        chosen = names or [name for name in NAMES if find_local(name)]
        for name in chosen:
            find_weights(name)
            if not find_local(name):
                raise FileNotFoundError(f"{name} is not here: avs-mm models get {name}")
    if not chosen:
        say("No weights are here, so none were verified: avs-mm models get NAME", quiet=quiet)
    _get_all(chosen, quiet=quiet)


def _get_all(names: list[str], *, quiet: bool) -> None:
    from avs_mm.weights.hub import get

    faults = 0
    for name in names:
        try:
            say(f"{name}: {get(name)}", quiet=quiet)
        except (OSError, ImportError, ValueError) as error:
            tell(error)
            faults += 1
    if faults and len(names) > 1:
        fail(f"{faults} of {len(names)} could not be had")
    if faults:
        raise typer.Exit(1)
