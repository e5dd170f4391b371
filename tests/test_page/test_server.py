import socket

import pytest

from avs_mm.page import gradio_extra, server
from avs_mm.page.__main__ import main


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


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--max-seconds", "0"], "avs_mm.page: the page's limits must be above 0; raise seconds"),
        (["--port", "0", "--model", "none.py"], "none.py"),
    ],
)
def test_the_command_ends_in_one_sentence(needs_gradio, monkeypatch, arguments, sentence):
    monkeypatch.setattr("sys.argv", ["page", *arguments])
    with pytest.raises(SystemExit, match=sentence):
        main()


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
