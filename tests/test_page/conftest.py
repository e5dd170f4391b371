"""A page behind which no network stands, and files to send to it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from page_network import PitchInferencer, tone, write_clip
from page_visitor import Visitor

from avs_mm.media import SAMPLE_RATE
from avs_mm.output_file import write_wav
from avs_mm.page.limits import Limits
from avs_mm.page.network import Network


@pytest.fixture(scope="session")
def low_clip(tmp_path_factory) -> Path:
    """Three seconds under a tone of 300 Hz, which is the drum's."""
    return write_clip(tmp_path_factory.mktemp("clips") / "low.mp4", tone(300))


@pytest.fixture(scope="session")
def silent_clip(tmp_path_factory) -> Path:
    """Three seconds without a sound track."""
    return write_clip(tmp_path_factory.mktemp("clips") / "silent.mp4", None)


@pytest.fixture(scope="session")
def high_sound(tmp_path_factory) -> Path:
    """Three seconds of 3000 Hz, which is the bird's."""
    path = tmp_path_factory.mktemp("clips") / "high.wav"
    write_wav(path, (tone(3000) * 32767).astype(np.int16), sample_rate=SAMPLE_RATE)
    return path


@pytest.fixture
def limits() -> Limits:
    return Limits(megabytes=2, seconds=20, files=5)


@pytest.fixture
def inferencer() -> PitchInferencer:
    return PitchInferencer()


@pytest.fixture
def uploads(tmp_path) -> Path:
    folder = tmp_path / "uploads"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def needs_gradio() -> None:
    pytest.importorskip("gradio", reason="needs gradio: pip install 'avs_mm[page]'")


@pytest.fixture(scope="session")
def anybody(needs_gradio, low_clip, tmp_path_factory) -> Iterator[Visitor]:
    """Who asks a page that serves all tests that leave no traces in it."""
    from fastapi.testclient import TestClient

    from avs_mm.page.app import build_app

    network = Network(PitchInferencer(), "Two tones", "Of a test.", [low_clip])
    folder = tmp_path_factory.mktemp("uploads")
    with TestClient(build_app(network, folder=folder, limits=Limits())) as client:
        yield Visitor(client)


@pytest.fixture
def visitor(needs_gradio, inferencer, low_clip, uploads, limits) -> Iterator[Visitor]:
    from fastapi.testclient import TestClient

    from avs_mm.page.app import build_app

    network = Network(inferencer, "Two tones", "Of a test.", [low_clip])
    with TestClient(build_app(network, folder=uploads, limits=limits)) as client:
        yield Visitor(client)
