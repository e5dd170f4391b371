"""Processes that import yapf while its grammar is being written."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

IMPORT = "from avs_mm.yapf_grammar import import_yapf; import_yapf(); print('imported')"


def run(cache: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", IMPORT], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def grammar(tmp_path: Path) -> Path:
    """The file that the first import has written."""
    assert run(tmp_path).stdout == "imported\n"
    (found,) = tmp_path.rglob("Grammar*.pickle")
    return found


def test_waits_for_the_process_that_writes(tmp_path: Path, grammar: Path) -> None:
    content = grammar.read_bytes()
    grammar.write_bytes(content[:1000])

    def complete() -> None:
        time.sleep(1.5)
        grammar.write_bytes(content)

    writer = threading.Thread(target=complete)
    writer.start()
    ended = run(tmp_path)
    writer.join()
    assert (ended.stdout, ended.returncode) == ("imported\n", 0)


@pytest.mark.slow
def test_says_so_where_nobody_completes_it(tmp_path: Path, grammar: Path) -> None:
    grammar.write_bytes(b"")
    ended = run(tmp_path)
    assert ended.returncode == 1
    assert "EOFError: Ran out of input" in ended.stderr
