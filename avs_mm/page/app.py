"""The page's addresses: files by their keys, and two functions that gradio queues."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from avs_mm.page.gate import GRADIO_PATH, Gate
from avs_mm.page.limits import Limits
from avs_mm.page.media_check import check_media
from avs_mm.page.media_store import Media, MediaStore
from avs_mm.page.mixture import Mixture, mix, wav
from avs_mm.page.network import Network
from avs_mm.page.page_error import PageError
from avs_mm.page.session import Session
from avs_mm.page.thumbnail import thumbnail

__all__ = ["build_app"]

STATIC = Path(__file__).resolve().parent / "static"
STATIC_TYPES = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
SWEEP_EVERY = 30  # seconds
LONGEST_NAME = 120


def build_app(network: Network, *, folder: Path, limits: Limits) -> FastAPI:
    """Build the page as an ASGI application.

    Args:
        network: What segments, and the examples that it comes with.
        folder: Where uploads are written; the caller removes it.
        limits: Of what users may send.
    """
    store = MediaStore(folder, limits)
    for path in network.examples:
        facts = check_media(path, name=path.name, limits=limits)
        store.add(path, name=_title(path), facts=facts, is_example=True)
    session = Session(network.inferencer, store)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        sweeper = asyncio.create_task(_sweep(store))
        yield
        sweeper.cancel()
        with suppress(asyncio.CancelledError):
            await sweeper

    app = FastAPI(lifespan=lifespan, openapi_url=None)  # without pages that load scripts of others
    _add_static(app)
    _add_files(app, store, limits)

    @app.get("/about")
    def about() -> dict[str, Any]:
        return {
            "network": network.title,
            "note": network.note,
            "megabytes": limits.megabytes,
            "seconds": limits.seconds,
            "minutes": limits.minutes,
            "examples": [_describe(media) for media in store.examples()],
        }

    @app.get("/candidates/{key}")
    def candidates(key: str) -> Response:
        content = gzip.compress(json.dumps(session.candidates(key)).encode(), compresslevel=5)
        headers = {"content-encoding": "gzip"}
        return Response(content, media_type="application/json", headers=headers)

    @app.get("/sound/{key}.wav")
    def sound(
        key: str, own: float = 0, other: float = 0, noise: float = 0, clip: str = ""
    ) -> Response:
        mixture = Mixture(own, other, noise, store.get(clip) if clip else None)
        return Response(wav(mix(store.get(key), mixture)), media_type="audio/wav")

    @app.exception_handler(PageError)
    async def explain(_: Request, error: PageError) -> JSONResponse:
        return JSONResponse({"error": str(error)}, status_code=error.status)

    _mount_queue(app, session, limits)
    app.add_middleware(Gate)
    return app


def _mount_queue(app: FastAPI, session: Session, limits: Limits) -> None:
    """Let gradio queue what takes the network's time; its own pages stay behind the gate."""

    def find_candidates(video: str) -> dict[str, Any]:
        """Segment a video, unless that was done before."""
        return _answer(lambda: session.find_candidates(video))

    def judge(video: str, own: float, other: float, noise: float, clip: str) -> dict[str, Any]:
        """Say what sounds in a segmented video under a mixture of sounds."""
        return _answer(lambda: session.judge(video, own=own, other=other, noise=noise, clip=clip))

    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.api(find_candidates, api_name="find_candidates", concurrency_limit=limits.jobs)
        gr.api(judge, api_name="judge", concurrency_limit=1)
    blocks.queue(max_size=limits.waiting)
    gr.mount_gradio_app(app, blocks, path=GRADIO_PATH, ssr_mode=False, run_history=False)


def _answer(job: Any) -> dict[str, Any]:
    started = time.perf_counter()
    try:
        answer: dict[str, Any] = job()
    except PageError as error:
        return {"error": str(error)}
    return answer | {"seconds": round(time.perf_counter() - started, 3)}


def _add_static(app: FastAPI) -> None:
    for name, media_type in STATIC_TYPES.items():
        content = (STATIC / name).read_bytes()

        def static(content: bytes = content, media_type: str = media_type) -> Response:
            return Response(content, media_type=media_type, headers={"cache-control": "no-cache"})

        app.get("/" if name == "index.html" else f"/{name}", include_in_schema=False)(static)


def _add_files(app: FastAPI, store: MediaStore, limits: Limits) -> None:
    @app.post("/files")
    async def upload(request: Request, name: str = "the file") -> dict[str, Any]:
        name = " ".join(name.split())[-LONGEST_NAME:] or "the file"
        path = store.new_path()
        try:
            await _receive(request, path, name=name, limits=limits)
            facts = await run_in_threadpool(check_media, path, name=name, limits=limits)
        except BaseException:  # also where the user has left
            path.unlink(missing_ok=True)
            raise
        return _describe(store.add(path, name=name, facts=facts))

    @app.get("/files/{key}")
    def file(key: str) -> FileResponse:
        media = store.get(key)
        return FileResponse(media.path, media_type=media.facts.media_type)

    @app.delete("/files/{key}")
    def delete(key: str) -> dict[str, Any]:
        store.delete(key)
        return {}

    @app.get("/thumbnails/{key}.jpg")
    def picture(key: str) -> Response:
        headers = {"cache-control": "max-age=3600"}
        return Response(thumbnail(store.get(key)), media_type="image/jpeg", headers=headers)


async def _receive(request: Request, path: Path, *, name: str, limits: Limits) -> None:
    """Write a body to a file, no more of it than the limits say."""
    most = limits.megabytes * 1e6
    too_large = PageError(
        f"{name} is larger than {limits.megabytes:g} MB, the most that this page takes", status=413
    )
    if int(request.headers.get("content-length") or 0) > most:
        raise too_large
    size = 0
    with path.open("wb") as file:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise too_large
            file.write(chunk)


async def _sweep(store: MediaStore) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        await run_in_threadpool(store.delete_unused)


def _describe(media: Media) -> dict[str, Any]:
    return {
        "key": media.key,
        "name": media.name,
        "duration": round(media.facts.duration, 3),
        "has_video": media.facts.has_video,
        "has_audio": media.facts.has_audio,
    }


def _title(path: Path) -> str:
    return path.stem.replace("_", " ").replace("-", " ")
