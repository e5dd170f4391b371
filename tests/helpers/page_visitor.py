"""Who asks a page what its script asks, and a page that many can ask at once."""

import json
import threading
import time
from pathlib import Path

from avs_mm.page.limits import Limits
from avs_mm.page.network import Network


class Visitor:
    """Does what the page's script does."""

    def __init__(self, client) -> None:
        self.client = client

    def send(self, path: Path, name: str | None = None):
        return self.client.post(
            "/files", params={"name": name or path.name}, content=path.read_bytes()
        )

    def upload(self, path: Path) -> str:
        reply = self.send(path)
        assert reply.status_code == 200, reply.text
        return reply.json()["key"]

    def call(self, name: str, *arguments) -> dict:
        address = f"/gradio/gradio_api/call/{name}"
        posted = self.client.post(address, json={"data": list(arguments)})
        assert posted.status_code == 200, posted.text
        stream = self.client.get(f"{address}/{posted.json()['event_id']}").text
        kind, data = stream.strip().split("\n\n")[-1].split("\n", 1)
        assert kind == "event: complete", stream
        return json.loads(data.removeprefix("data: "))[0]

    def judge(self, video: str, *, own=0.0, other=0.0, noise=0.0, clip="") -> dict:
        return self.call("judge", video, own, other, noise, clip)


class ServedPage:
    """A page that is served from a thread, and the folder of its uploads."""

    def __init__(self, network: Network, folder: Path, limits: Limits) -> None:
        import uvicorn  # of the extra that not everybody has

        from avs_mm.page.app import build_app

        app = build_app(network, folder=folder, limits=limits)
        self.folder = folder
        self.server = uvicorn.Server(
            uvicorn.Config(app, port=0, log_config=None, log_level="warning")
        )
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.05)
        (port,) = {sock.getsockname()[1] for one in self.server.servers for sock in one.sockets}
        self.address = f"http://127.0.0.1:{port}"

    def visitor(self) -> Visitor:
        import httpx

        return Visitor(httpx.Client(base_url=self.address, timeout=600))

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=30)
