"""``avs-mm serve``: the page."""

from pathlib import Path
from typing import Annotated

import typer

from avs_mm.cli.faults import one_sentence

__all__ = ["serve"]


def serve(
    model: Annotated[
        str | None,
        typer.Option(
            help="zero-shot, a work dir, or CONFIG+CHECKPOINT; default: the demo's network if "
            "make demo has left it here, else zero-shot."
        ),
    ] = None,
    examples: Annotated[
        Path | None, typer.Option(help="Folder of videos and sounds for everybody.")
    ] = None,
    host: Annotated[str, typer.Option(help="Of another machine only if told.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 7860,
    device: Annotated[str | None, typer.Option(help="cpu, cuda:0, ...")] = None,
) -> None:
    """Serve a page: a video, its objects, and what sounds under any sound.

    Example: avs-mm serve --examples videos/
    """
    with one_sentence():
        from avs_mm.page import serve as serve_page

        config, _, checkpoint = (model or "").partition("+")
        serve_page(
            config or None,
            checkpoint or None,
            device=device,
            examples=examples,
            host=host,
            port=port,
        )
