"""A tool that fails says one line, which is the error's own."""

import os
import signal
import sys
from pathlib import Path

import pytest
from torch.utils.data import DataLoader, Dataset

from avs_mm.atomic_write import atomic_write
from avs_mm.one_line_errors import describe, one_line_errors

TOOLS = Path(__file__).resolve().parents[1] / "tools"


def failing(error: BaseException):
    @one_line_errors
    def main() -> None:
        raise error

    return main


@pytest.fixture(autouse=True)
def arguments(monkeypatch) -> list[str]:
    monkeypatch.setattr(sys, "argv", ["tools/train.py", "config.py"])
    return sys.argv


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a.csv: holds no clips"), "test_one_line_errors: a.csv: holds no clips"),
        (
            OSError(28, "a.pth could not be written"),
            "test_one_line_errors: a.pth could not be written",
        ),
        (
            PermissionError(13, "Permission denied", "a.csv"),
            "test_one_line_errors: a.csv: Permission denied",
        ),
        (
            KeyError("Foo is not in"),
            "test_one_line_errors: KeyError: Foo is not in (--traceback shows where)",
        ),
        (AssertionError(), "test_one_line_errors: AssertionError:  (--traceback shows where)"),
        (KeyboardInterrupt(), "test_one_line_errors: interrupted"),
    ],
)
def test_the_line(error, line):
    with pytest.raises(SystemExit) as ended:
        failing(error)()
    assert ended.value.code == line


def test_the_traceback_is_there_for_who_asks(arguments):
    arguments.append("--traceback")
    with pytest.raises(ValueError, match=r"^a fault$"):
        failing(ValueError("a fault"))()
    assert sys.argv == ["tools/train.py", "config.py"]


def test_what_mmengine_wraps_around_it_is_left_out():
    built = "class `Outer` in some/where.py: class `Inner` in some/place.py: a.pth: is cut short"
    assert describe(ValueError(built)) == "a.pth: is cut short"


class Broken(Dataset):
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> None:
        raise ValueError("a.png: not a readable image: so it is\nb.png: neither")


def test_what_a_loaders_worker_wraps_around_it_is_left_out():
    with pytest.raises(ValueError, match="Original Traceback") as caught:
        next(iter(DataLoader(Broken(), num_workers=1)))
    assert describe(caught.value) == "a.png: not a readable image: so it is\nb.png: neither"


@pytest.mark.parametrize(
    "text",
    [
        "[gloo/transport/tcp/unbound_buffer.cc:84] Timed out waiting 1000ms for recv operation",
        "[gloo/transport/tcp/pair.cc:525] Connection closed by peer [127.0.0.1]:4711",
    ],
)
def test_a_lost_process_is_named_as_such(monkeypatch, text):
    monkeypatch.setenv("WORLD_SIZE", "2")
    line = describe(RuntimeError(text))
    assert line.startswith("another process of this run has ended, hangs or was stopped: see what")
    assert line.endswith(f"env_cfg.dist_cfg.timeout is how many seconds to wait ({text})")
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert describe(RuntimeError(text)) == text


def test_sigterm_removes_what_is_not_complete(tmp_path):
    @one_line_errors
    def main() -> None:
        with atomic_write(tmp_path / "a.json") as unfinished:
            unfinished.write_text("half")
            os.kill(os.getpid(), signal.SIGTERM)
            signal.pause()

    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 143
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize("tool", sorted(TOOLS.glob("*.py")), ids=lambda path: path.stem)
def test_every_tool_shows_the_option(tool):
    text = tool.read_text()
    assert "@one_line_errors\ndef main()" in text
    assert "    add_traceback_option(parser)\n" in text
