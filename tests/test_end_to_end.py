"""Both stages train a few steps on drawn clips and are tested, by the tools that users call."""

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from avs_mm.checkpoint import find_checkpoint, read_checkpoint
from avs_mm.mini import make_mini_dataset

REPOSITORY = Path(__file__).resolve().parents[1]


def run_tool(*arguments: str | Path, data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, "AVS_MINI": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )


def must_run(*arguments: str | Path, data: Path) -> None:
    done = run_tool(*arguments, data=data)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    """Twelve clips to train on, six to validate and six to test: one a category."""
    counts = {
        "s4": {"train": 12, "val": 6, "test": 6},
        "ms3": {"train": 3, "val": 0, "test": 0},
        "v2": {"train": 0, "val": 0, "test": 0},
        "all": {"train": 0, "val": 0},
    }
    folder = tmp_path_factory.mktemp("drawn") / "mini"
    return make_mini_dataset(folder, clips=counts, progress=False, workers=1)


LOADERS = ("train_dataloader", "val_dataloader", "test_dataloader")
OPTIONS = [
    *(f"{loader}.num_workers=0" for loader in LOADERS),
    *(f"{loader}.persistent_workers=False" for loader in LOADERS),
    "train_dataloader.batch_size=6",
    "train_cfg.max_epochs=2",
    "train_cfg.val_interval=2",
]


@pytest.fixture(scope="module")
def stage1(clips, tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("stage1")
    must_run(
        *("tools/train.py", "configs/mini/seg.py", "--work-dir", work_dir, "--cfg-options"),
        *(*OPTIONS, "model.initial_weights=None", "model.teacher=None"),
        data=clips,
    )
    return work_dir


@pytest.fixture(scope="module")
def stage2(clips, stage1, tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("stage2")
    must_run(
        *("tools/train.py", "configs/mini/avsc.py", "--work-dir", work_dir, "--cfg-options"),
        *(*OPTIONS, f"model.stage1={stage1}"),
        data=clips,
    )
    return work_dir


def logged(work_dir: Path, name: str) -> list[float]:
    (file,) = work_dir.glob("*/vis_data/scalars.json")
    lines = [json.loads(line) for line in file.read_text().splitlines()]
    return [line[name] for line in lines if name in line]


def test_stage1_learns(stage1):
    losses = logged(stage1, "loss")
    assert len(losses) == 2
    assert losses[-1] < losses[0]
    assert 0 <= logged(stage1, "candidates/oracle_J")[-1] <= 1


def test_stage2_keeps_stage1_as_it_is(stage1, stage2):
    before, meta = read_checkpoint(find_checkpoint(stage1))
    after, _ = read_checkpoint(find_checkpoint(stage2))
    assert meta["dataset_meta"]["classes"] == (
        *("bell", "bird", "drum", "engine", "siren", "whistle"),
    )
    for key, value in before.items():
        assert (after[f"segmentor.{key}"] == value).all(), key
    assert np.isfinite(logged(stage2, "loss_avc")).all()


def test_stage2_is_tested_without_any_other_weights(clips, stage1, stage2, tmp_path):
    stage1.rename(stage1.with_name("moved"))
    try:
        must_run(
            *("tools/test.py", "configs/mini/avsc.py", stage2, "--work-dir", tmp_path / "run"),
            *("--out", tmp_path / "masks", "--show-dir", tmp_path / "painted"),
            *("--cfg-options", *OPTIONS),
            data=clips,
        )
    finally:
        stage1.with_name("moved").rename(stage1)

    (file,) = (tmp_path / "run").glob("*/*.json")
    metrics = json.loads(file.read_text())
    assert 0 <= metrics["avs/J"] <= metrics["candidates/oracle_J"] + 1e-6
    masks = sorted((tmp_path / "masks").rglob("*.png"))
    assert len(masks) == 6 * 5
    for path in masks:
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (224, 224)
        assert set(np.unique(mask)) <= {0, 255}
    assert len(list((tmp_path / "painted").rglob("*.png"))) == 6 * 5


def test_refuses_a_checkpoint_of_the_other_stage(clips, stage1, tmp_path):
    done = run_tool(
        *("tools/test.py", "configs/mini/avsc.py", stage1, "--work-dir", tmp_path),
        *("--cfg-options", *OPTIONS),
        data=clips,
    )
    assert done.returncode != 0
    assert "does not fit AVSC" in done.stderr
