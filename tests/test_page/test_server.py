import json
import logging
import os
import re
import socket
import subprocess
import sys
import urllib.request

import pytest
from tiny_network import save_work_dir

from avs_mm.page import gradio_extra, server
from avs_mm.page.network import Network

OPEN = re.compile(r"Open (\S+)")


def test_a_missing_gradio_is_one_sentence(monkeypatch):
    monkeypatch.setattr(gradio_extra, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"pip install 'avs_mm\[page\]'"):
        server.serve()


def test_a_taken_port_is_one_sentence(needs_gradio):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ValueError, match=rf"cannot listen on 127\.0\.0\.1:{port} .* --port"):
            server.serve(port=port)


def test_serving_leaves_the_log_files_of_others_open(
    needs_gradio, inferencer, low_clip, monkeypatch, tmp_path
):
    """mmengine writes to them without looking."""
    network = Network(inferencer, "Two tones", "Of a test.", [low_clip])
    monkeypatch.setattr("avs_mm.page.network.choose_network", lambda *_, **__: network)
    served = []
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, sockets: served.append(sockets))
    handler = logging.FileHandler(tmp_path / "training.log")
    server.serve(port=0)
    assert len(served) == 1
    assert handler.stream is not None
    handler.close()


@pytest.mark.slow
def test_a_sigterm_ends_the_page_and_its_uploads(needs_gradio, low_clip, tmp_path):
    """As systemd and docker end it. The network is tiny, and of random weights."""
    work_dir = tmp_path / "avsc"
    work_dir.mkdir()
    save_work_dir(work_dir)
    command = [sys.executable, "-m", "avs_mm.page", "--model", str(work_dir), "--port", "0"]
    folder = tmp_path / "temporary"
    folder.mkdir()
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE) as page:
        try:
            lines = iter(page.stdout.readline, "")
            address = next(found[1] for found in map(OPEN.search, lines) if found)
            request = urllib.request.Request(f"{address}/files?name=a", low_clip.read_bytes())
            with urllib.request.urlopen(request) as reply:
                assert json.load(reply)["has_video"]
            assert len(list(folder.glob("avs_mm-page-*/uploads/*"))) == 1
            page.terminate()
            assert page.wait(timeout=300) == 143
        finally:
            page.kill()
    assert not list(folder.glob("avs_mm-page-*"))


def test_examples_are_files_of_the_folder_itself(tmp_path):
    for name in ("b.mp4", "a.wav", "notes.txt", "deeper/c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "link.mp4").symlink_to(tmp_path / "notes.txt")
    assert [path.name for path in server.examples_in(tmp_path)] == ["a.wav", "b.mp4"]
    with pytest.raises(FileNotFoundError, match="no such folder"):
        server.examples_in(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="give another folder"):
        server.examples_in(tmp_path / "empty")
