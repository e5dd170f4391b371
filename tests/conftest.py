"""Fixtures of the whole suite: real data, if a variable names it, and recorded numbers."""

import ast
import gc
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from fork_server import ForkServer

# Modules that take longest, of all that are marked slow
LONGEST = ("test_end_to_end.py", "test_recipes.py", "test_browser.py")


def pytest_sessionstart() -> None:
    """Collect no garbage during the imports, which leave none: a sixth of their time."""
    gc.disable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let several processes begin with the longest modules, so that none waits for them at the end.

    make test hands out whole modules, in this order.
    """
    if hasattr(config, "workerinput"):  # of pytest-xdist
        slow = {item.path for item in items if item.get_closest_marker("slow")}
        items.sort(key=lambda item: (item.path.name not in LONGEST, item.path not in slow))


def pytest_collection_finish() -> None:
    """Let no garbage collection look at the imported modules again.

    mmengine collects garbage for every data set that it builds: 0.2 s each over torch, transformers
    and the rest, and nothing over what one test has made.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def unformatted_configs() -> Iterator[None]:
    """Let mmengine write configs without yapf's line breaks, four a runner and 0.3 s each."""

    def check(text: str, **_: object) -> tuple[str, bool]:
        ast.parse(text)
        return text, False

    importlib.import_module("avs_mm.yapf_grammar").import_yapf()  # other processes do so, too
    with patch("yapf.yapflib.yapf_api.FormatCode", check):
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Folder of real clips in AVSBench's layout, $AVS_REAL; skips the test where it is unset."""
    folder = os.environ.get("AVS_REAL")
    if not folder:
        pytest.skip("needs AVS_REAL, the folder of a data set in AVSBench's layout (docs/data.md)")
    if not Path(folder).is_dir():
        pytest.fail(f"AVS_REAL={folder} is no folder: name a data set (docs/data.md), or unset it")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def golden() -> Path:
    """Folder with recorded outputs of the official BEATs (its README.md)."""
    return Path(__file__).resolve().parent / "data" / "golden"


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Starter of Python processes that need not import torch (tests/helpers/fork_server.py)."""
    with ForkServer() as server:
        yield server


@pytest.fixture(scope="session")
def openmmlab_server(fork_server: ForkServer) -> Iterator[ForkServer]:
    """The same for processes that need not import OpenMMLab either."""
    with ForkServer(fork_server) as server:
        yield server
