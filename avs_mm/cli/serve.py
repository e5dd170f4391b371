"""``avs-mm serve``: the page."""

from pathlib import Path
from typing import Annotated

import typer

from avs_mm.cli.faults import one_sentence
from avs_mm.cli.inputs import split_model
from avs_mm.page import Limits
from avs_mm.page import serve as serve_page
from avs_mm.page.server import LOOPBACK, PORT

__all__ = ["serve"]


def serve(
    model: Annotated[
        str | None,
        typer.Option(
            help="zero-shot, a work dir, a config or CONFIG+CHECKPOINT; default: the demo's "
            "network if make demo has left it here, else zero-shot."
        ),
    ] = None,
    checkpoint: Annotated[str | None, typer.Option(help="Of a config.")] = None,
    examples: Annotated[
        Path | None, typer.Option(help="Folder of videos and sounds for everybody.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in.")
    ] = LOOPBACK[0],
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = PORT,
    device: Annotated[str | None, typer.Option(help="cpu, cuda:0, ...")] = None,
    max_megabytes: Annotated[float, typer.Option(help="Size of a file.")] = Limits.megabytes,
    max_seconds: Annotated[float, typer.Option(help="Length of a file.")] = Limits.seconds,
    max_pixels: Annotated[int, typer.Option(help="Size of a frame.")] = Limits.pixels,
    max_files: Annotated[int, typer.Option(help="Uploads kept at a time.")] = Limits.files,
    max_jobs: Annotated[int, typer.Option(help="Videos segmented at a time.")] = Limits.jobs,
    max_waiting: Annotated[int, typer.Option(help="Requests that wait.")] = Limits.waiting,
    keep_minutes: Annotated[
        float, typer.Option(help="After which an unused upload is deleted.")
    ] = Limits.minutes,
) -> None:
    """Serve a page: a video, its objects, and what sounds under any sound.

    Example: avs-mm serve --examples videos/ --max-seconds 20
    """
    with one_sentence():
        config, of_config = (None, None) if model is None else split_model(model)
        serve_page(
            config,
            checkpoint or of_config,
            device=device,
            examples=examples,
            host=host,
            port=port,
            limits=Limits(
                megabytes=max_megabytes,
                seconds=max_seconds,
                pixels=max_pixels,
                files=max_files,
                jobs=max_jobs,
                waiting=max_waiting,
                minutes=keep_minutes,
            ),
        )
