"""Start the page. gradio and the network are imported when it is, for they take seconds."""

import socket
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from avs_mm.page.gradio_extra import require_gradio
from avs_mm.page.limits import Limits

__all__ = ["LOOPBACK", "PORT", "serve"]

PORT = 7860
LOOPBACK = ("127.0.0.1", "localhost")
SUFFIXES = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".wav", ".flac", ".ogg", ".mp3")


def serve(
    model: str | None = None,
    checkpoint: str | None = None,
    *,
    device: str | None = None,
    examples: str | Path | None = None,
    host: str = LOOPBACK[0],
    port: int = PORT,
    limits: Limits | None = None,
) -> None:
    """Serve the page until it is interrupted; uploads are deleted then at the latest.

    Args:
        model: A config, a work dir or "zero-shot"; by default the demo's network if it is in the
            current folder, else zero-shot if its weights are here.
        checkpoint: Of a config.
        device: "cpu", "cuda:0", ...; the fastest one found by default.
        examples: Folder whose videos and sounds everybody who opens the page may use.
        host: Address to listen on; with another one than the loopback's, others can use the page.
        port: 0 takes a free one.
        limits: Of what users may send.

    Raises:
        FileNotFoundError: There is no network, checkpoint or folder of examples.
        RuntimeError: gradio is not installed.
        ValueError: The checkpoint is not one of this config, or the page cannot listen there.
    """
    require_gradio()
    listening = _listen(host, port)

    import uvicorn
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    from avs_mm.page.app import build_app
    from avs_mm.page.network import Network, choose_network

    with listening, tempfile.TemporaryDirectory(prefix="avs_mm-page-") as temporary:
        network = choose_network(model, checkpoint, device=device, folder=Path(temporary, "drawn"))
        if examples is not None:
            files = [*examples_in(Path(examples)), *network.examples]
            network = Network(network.inferencer, network.title, network.note, files)
        uploads = Path(temporary, "uploads")
        uploads.mkdir()
        app = build_app(network, folder=uploads, limits=limits or Limits())
        if host in LOOPBACK:
            # A foreign site whose name is led to this machine is not answered.
            app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK)
        shown = "localhost" if host in LOOPBACK else host
        address = f"http://{shown}:{listening.getsockname()[1]}"
        listening.listen()  # whoever opens the address at once waits until it is served
        print(f"{network.title}. {network.note}\nOpen {address} (Ctrl+C ends it)", flush=True)
        # Without log_config: uvicorn's would close the log files of all others in the process.
        config = uvicorn.Config(
            app, log_config=None, log_level="warning", timeout_graceful_shutdown=2
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def examples_in(folder: Path) -> Sequence[Path]:
    """List the videos and sounds in a folder, without its subfolders and its links.

    Raises:
        FileNotFoundError: There is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; give one with videos or sounds")
    found = sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and path.is_file() and not path.is_symlink()
    )
    if not found:
        raise FileNotFoundError(f"{folder}: holds no {', '.join(SUFFIXES)}; give another folder")
    return found


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise ValueError(
            f"the page cannot listen on {host}:{port} ({error.strerror}); give another --port"
        ) from error
    return listening
