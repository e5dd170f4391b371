"""``avs-mm doctor``: whether everything is there that the commands need."""

import os
import platform
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Literal

import typer

from avs_mm.cli.faults import fail

__all__ = ["doctor"]

Line = tuple[str, str]  # "ok", "optional" or "FAULT", and what is said
ENCODERS = {"libx264": "painted videos", "aac": "their sound", "prores_ks": "--save alpha"}
DECODERS = ("h264", "hevc", "vp9", "av1", "aac", "mp3", "opus")


def doctor() -> None:
    """Check the installation, line by line: ok, or the remedy. Exit code 1 after a FAULT.

    Example: avs-mm doctor
    """
    checks: dict[str, Callable[[], Iterator[Line]]] = {
        "python": _python,
        "torch": _torch,
        "OpenMMLab": _openmmlab,
        "ops": _ops,
        "codecs": _codecs,
        "weights": _weights,
        "data": _data,
        "page": _page,
    }
    faults = 0
    for name, check in checks.items():
        try:
            lines = list(check())
        except Exception as error:  # whatever is broken in an installation is what is looked for
            lines = [("FAULT", f"{type(error).__name__}: {error}")]
        for state, text in lines:
            typer.echo(f"{state:9} {name:10} {text}")
            faults += state == "FAULT"
    if faults:
        fail(f"{faults} faults; the lines above say what to do")


def _python() -> Iterator[Line]:
    from avs_mm.version import __version__

    yield "ok", f"{platform.python_version()}, avs_mm {__version__}"


def _torch() -> Iterator[Line]:
    import torch

    from avs_mm.stack import check_torch

    check_torch(torch.__version__)
    yield "ok", torch.__version__
    if torch.cuda.is_available():
        yield "ok", f"GPU {torch.cuda.get_device_name(0)}"
    else:
        cores = os.cpu_count()
        yield "optional", f"no GPU that this torch can use; {cores} CPU cores do the work, slowly"


def _openmmlab() -> Iterator[Line]:
    from avs_mm.stack import extras_to_install, find_stack

    found = find_stack()
    missing = extras_to_install(found)
    if missing:
        yield "FAULT", f"incomplete: pip install 'avs_mm[{','.join(missing)}]'"
        return
    versions = [
        f"{name} {version}".strip() for names in found.values() for name, version in names.items()
    ]
    yield "ok", ", ".join(versions)


def _ops() -> Iterator[Line]:
    from avs_mm.mmcv_ops import EXTENSION, MissingOps

    if isinstance(import_module(EXTENSION), MissingOps):  # the stand-in
        yield (
            "optional",
            "mmcv has no compiled ops; with them Mask2Former is faster on a GPU "
            "(docs/installation.md)",
        )
    else:
        yield "ok", "mmcv has compiled ops"


def _codecs() -> Iterator[Line]:
    import av

    lacking = [name for name in ENCODERS if not _has(name, "w")]
    for name in lacking:
        yield "FAULT", f"FFmpeg cannot write {name} ({ENCODERS[name]}): pip install --upgrade av"
    unread = [name for name in DECODERS if not _has(name, "r")]
    if unread:
        yield "optional", f"FFmpeg cannot read {', '.join(unread)}: convert such files first"
    if not lacking:
        yield "ok", f"PyAV {av.__version__} writes {', '.join(ENCODERS)}"


def _has(codec: str, mode: Literal["r", "w"]) -> bool:
    import av

    try:
        av.codec.Codec(codec, mode)
    except ValueError:  # UnknownCodecError is one
        return False
    return True


def _weights() -> Iterator[Line]:
    from avs_mm.weights.hub import find_local
    from avs_mm.weights.names import ZERO_SHOT

    for name in ZERO_SHOT:
        where = find_local(name)
        if where:
            yield "ok", f"{name}: {where}"
        else:
            yield "optional", f"{name}, of --model zero-shot, is not here: avs-mm models get {name}"


def _data() -> Iterator[Line]:
    root = Path(os.environ.get("AVSBENCH_ROOT", "data"))
    if (root / "AVSBench-object").is_dir() or (root / "AVSBench-semantic").is_dir():
        yield "ok", f"{root}: avs-mm check-data {root} looks into it"
    else:
        yield "optional", f"{root} holds no AVSBench; only training and testing need it"


def _page() -> Iterator[Line]:
    from avs_mm.page.gradio_extra import has_gradio

    if not has_gradio():
        yield "optional", "gradio, of avs-mm serve, is not installed: pip install 'avs_mm[page]'"
    else:
        yield "ok", "gradio is installed"
