"""Which requests come through to the page at all."""

import json
import re
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["GRADIO_PATH", "Gate"]

GRADIO_PATH = "/gradio"
CALL = re.compile(rf"{GRADIO_PATH}/gradio_api/call/\w+(/\w+)?")
LONGEST_CALL = 4096  # bytes
HEADERS = {
    # Nothing of an upload is ever run, and nothing comes from another host.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


class Gate:
    """Let through the page's own addresses and, of gradio's, the calls of its functions alone.

    gradio's routes for files, uploads and foreign addresses are not needed here, nor are arguments
    that are no plain texts or numbers, in which gradio looks for files. Requests that another site
    makes in the user's browser are refused.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return
        headers = {key.decode("latin-1"): text.decode("latin-1") for key, text in scope["headers"]}
        refusal = None
        if not _is_from_here(headers):
            refusal = JSONResponse({"error": "requests of other sites are refused"}, 403)
        elif scope["path"].startswith(GRADIO_PATH):
            if CALL.fullmatch(scope["path"]) is None:
                refusal = JSONResponse({"error": "there is no such address"}, 404)
            elif scope["method"] == "POST":
                body = await _body(receive)
                if not _is_plain_call(body):
                    refusal = JSONResponse({"error": "arguments are texts and numbers"}, 400)
                receive = _replay(body)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(key.encode(), text.encode()) for key, text in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        await (refusal or self.app)(scope, receive, send_with_headers)


def _is_from_here(headers: dict[str, str]) -> bool:
    """Whether a request comes from the page itself, or from a program, which names no origin."""
    origin = headers.get("origin")
    return origin is None or origin.split("://", 1)[-1] == headers.get("host")


async def _body(receive: Receive) -> bytes:
    """Read a body, or of a long one as much as shows that it is too long."""
    body = b""
    while len(body) <= LONGEST_CALL:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            break
    return body


def _is_plain_call(body: bytes) -> bool:
    if len(body) > LONGEST_CALL:
        return False
    try:
        call: Any = json.loads(body)
    except ValueError:
        return False
    return (
        isinstance(call, dict)
        and call.keys() == {"data"}
        and isinstance(call["data"], list)
        and all(isinstance(value, str | int | float) for value in call["data"])
    )


def _replay(body: bytes) -> Receive:
    """Give a body that was read to the application."""
    messages = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    return receive
