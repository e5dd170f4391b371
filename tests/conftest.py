"""Fixtures of the whole suite: the real data and golden numbers beside the repository."""

from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]


def _shared(folder: str) -> Path:
    path = REPOSITORY.parent / "shared" / folder
    if not path.is_dir():
        pytest.skip(f"needs ../shared/{folder}, which is not beside this checkout")
    return path


@pytest.fixture(scope="session")
def shared_real() -> Path:
    """Folder with real clips in AVSBench's layout; skips the test where it is missing."""
    return _shared("real")


@pytest.fixture(scope="session")
def shared_golden() -> Path:
    """Folder with recorded outputs of the official BEATs; skips the test where it is missing."""
    return _shared("golden")
