"""Every kind of file that the package writes: a name, and a function that writes over it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mmengine.fileio import get_file_backend

from avs_mm.engine.atomic_backend import ATOMIC
from avs_mm.evaluation.runners.report import result_folder
from avs_mm.media import read_video_frames, write_video
from avs_mm.output_file import write_image, write_json, write_text, write_wav
from avs_mm.weights.files import write_checkpoint

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
WRITERS: dict[str, Callable[[Path], None]] = {
    "a.json": lambda path: write_json(path, {"values": list(range(3000))}),
    "a.md": lambda path: write_text(path, "a line\n" * 3000),
    "a.png": lambda path: write_image(path, NOISE),
    "a.jpg": lambda path: write_image(path, NOISE),
    "a.wav": lambda path: write_wav(path, np.arange(16_000, dtype=np.int16), sample_rate=16_000),
    "a.mp4": lambda path: write_video(path, [NOISE] * 5, fps=5, audio=np.zeros(16_000, np.float32)),
    "converted.pth": lambda path: write_checkpoint(path, {"a": torch.arange(5000.0)}, {}),
    "epoch_1.pth": lambda path: get_file_backend(path, backend_args={"backend": ATOMIC}).put(
        bytes(20_000), path
    ),
    "evaluate": lambda path: _write_results(path),
}


def content_of(path: Path) -> object:
    """What a reader finds: bytes, a folder's files by name, or of a video that it is whole."""
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.iterdir()}
    if path.suffix == ".mp4" and path.stat().st_size > 100:  # an encoder's bytes may differ
        return len(list(read_video_frames(path)))
    return path.read_bytes()


def _write_results(folder: Path) -> None:
    with result_folder(folder) as new:
        write_text(new / "table.md", "a line\n" * 3000)
        write_json(new / "results.json", {"values": list(range(3000))})
