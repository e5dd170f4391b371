"""Both stages train a few steps on drawn clips and are tested, by the tools that users call."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from avs_mm.checkpoint import find_checkpoint, read_checkpoint
from avs_mm.mini import make_mini_dataset

REPOSITORY = Path(__file__).resolve().parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def environment(clips) -> dict[str, str]:
    return {**os.environ, "AVS_MINI": str(clips)}


@pytest.fixture(scope="module")
def must_run(environment, openmmlab_server) -> Callable[..., None]:
    """Runner of a tool in a forked process; tools/dist_train.sh below starts fresh ones."""

    def run(*arguments: str | Path) -> None:
        done = openmmlab_server.run(*arguments, cwd=REPOSITORY, env=environment)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]

    return run


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> Path:
    """Fifteen clips to train on, two to validate, and six to test: one a category."""
    counts = {
        "s4": {"train": 12, "val": 2, "test": 6},
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
    "default_hooks.checkpoint.interval=2",
]


@pytest.fixture(scope="module")
def stage1(must_run, tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("stage1")
    must_run(
        *("tools/train.py", "configs/mini/seg.py", "--work-dir", work_dir, "--cfg-options"),
        *(*OPTIONS, "model.initial_weights=None", "model.teacher=None"),
    )
    return work_dir


@pytest.fixture(scope="module")
def eager(stage1, tmp_path_factory) -> Path:
    """That stage 1, which after two epochs finds nothing, made to call no query "no object"."""
    checkpoint = torch.load(find_checkpoint(stage1), weights_only=False)
    weights = checkpoint["state_dict"]
    weights["decode_head.cls_embed.bias"][-1] = -10.0
    weights["decode_head.pixel_decoder.mask_feature.weight"].normal_(
        generator=torch.Generator().manual_seed(0)
    )
    path = tmp_path_factory.mktemp("eager") / "epoch_2.pth"
    torch.save(checkpoint, path)
    return path


STAGE2_OPTIONS = [
    *OPTIONS,
    *(
        f"model.segmentor.{name}=0"
        for name in ("score_threshold", "quality_threshold", "least_area")
    ),
]


@pytest.fixture(scope="module")
def stage2(must_run, eager, tmp_path_factory) -> Path:
    work_dir = tmp_path_factory.mktemp("stage2")
    must_run(
        *("tools/train.py", "configs/mini/avsc.py", "--work-dir", work_dir, "--cfg-options"),
        *(*STAGE2_OPTIONS, f"model.stage1={eager}"),
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


def test_stage2_keeps_stage1_as_it_is(eager, stage2):
    before, meta = read_checkpoint(eager)
    after, _ = read_checkpoint(find_checkpoint(stage2))
    assert meta["dataset_meta"]["classes"] == (
        *("bell", "bird", "drum", "engine", "siren", "whistle"),
    )
    for key, value in before.items():
        assert (after[f"segmentor.{key}"] == value).all(), key
    losses = logged(stage2, "loss_avc")
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


@pytest.fixture(scope="module")
def tested(must_run, eager, stage2, tmp_path_factory) -> Path:
    """Results of tools/test.py, while no other weights than stage 2's are there."""
    folder = tmp_path_factory.mktemp("tested")
    eager.rename(eager.with_name("moved"))
    try:
        must_run(
            *("tools/test.py", "configs/mini/avsc.py", stage2, "--work-dir", folder / "run"),
            *("--out", folder / "masks", "--show-dir", folder / "painted"),
            *("--cfg-options", *STAGE2_OPTIONS),
        )
    finally:
        eager.with_name("moved").rename(eager)
    return folder


def metrics_of(folder: Path) -> dict[str, float]:
    (file,) = folder.glob("*/*.json")
    metrics = json.loads(file.read_text())
    return {name: metrics[name] for name in metrics.keys() - {"time", "data_time"}}


def test_stage2_is_tested(tested):
    metrics = metrics_of(tested / "run")
    assert 0 <= metrics["avs/J"] <= metrics["candidates/oracle_J"] + 1e-6
    assert metrics["candidates/I"] >= 6 * 5
    masks = sorted((tested / "masks").rglob("*.png"))
    assert len(masks) == 6 * 5
    for path in masks:
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (224, 224)
        assert set(np.unique(mask)) <= {0, 255}
    assert len(list((tested / "painted").rglob("*.png"))) == 6 * 5


@pytest.mark.parametrize("stage", ["seg", "avsc"])
def test_mixed_precision_on_a_cpu_computes_nearly_the_same(
    must_run, stage1, stage2, eager, tmp_path, stage
):
    """bfloat16 has 8 bits of mantissa: steps of 0.4 % a value."""
    if stage == "seg":
        expected, options = stage1, [*OPTIONS, "model.initial_weights=None", "model.teacher=None"]
    else:
        expected, options = stage2, [*STAGE2_OPTIONS, f"model.stage1={eager}"]
    must_run(
        *("tools/train.py", f"configs/mini/{stage}.py", "--amp", "--work-dir", tmp_path),
        *("--cfg-options", *options),
    )
    assert logged(tmp_path, "loss") == pytest.approx(logged(expected, "loss"), rel=0.02)
    assert logged(tmp_path, "loss") != logged(expected, "loss")


@pytest.fixture
def port() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def run_script(script: str, *arguments: str | Path, python: Path, **environment: str) -> str:
    """Run tools/dist_*.sh with the Python of a folder; return what it prints."""
    path = os.pathsep.join([str(python), os.environ["PATH"]])
    done = subprocess.run(
        [REPOSITORY / "tools" / script, *map(str, arguments)],
        cwd=REPOSITORY,
        env={**os.environ, **environment, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


def test_both_scripts_start_torchrun_alike(tmp_path):
    """A stand-in for Python prints what it is given."""
    (tmp_path / "python").write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    (tmp_path / "python").chmod(0o755)
    torchrun = ["-m", "torch.distributed.run", "--nnodes=1", "--node_rank=0", "--nproc_per_node=2"]
    torchrun += ["--master_addr=127.0.0.1", "--master_port=1234"]
    options = ["--work-dir", "a folder"]
    for script, tool, files in (
        ("dist_train.sh", "train.py", ["config.py"]),
        ("dist_test.sh", "test.py", ["config.py", "epoch_1.pth"]),
    ):
        printed = run_script(script, *files, 2, *options, python=tmp_path, PORT="1234")
        tool = str(REPOSITORY / "tools" / tool)
        expected = [*torchrun, tool, *files, "--launcher", "pytorch", *options]
        assert printed.splitlines() == expected


def test_two_processes_test_as_one_does(
    environment, openmmlab_server, port, stage2, tested, tmp_path
):
    """Started as torchrun starts them."""
    started = [
        openmmlab_server.start(
            *("tools/test.py", "configs/mini/avsc.py", stage2, "--launcher", "pytorch"),
            *("--work-dir", tmp_path, "--cfg-options", *STAGE2_OPTIONS),
            cwd=REPOSITORY,
            env={
                **environment,
                **{"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "WORLD_SIZE": "2"},
                **{"RANK": rank, "LOCAL_RANK": rank},
            },
        )
        for rank in ("0", "1")
    ]
    for done in openmmlab_server.wait(*started):
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    expected = metrics_of(tested / "run")
    assert len(expected) > 10
    assert metrics_of(tmp_path) == pytest.approx(expected, abs=1e-9)


def test_two_processes_train(clips, port, eager, stage2, tmp_path):
    """Batches of three in two processes: as many steps as six in one, with losses alike."""
    options = [*STAGE2_OPTIONS, "train_dataloader.batch_size=3", f"model.stage1={eager}"]
    run_script(
        *("dist_train.sh", "configs/mini/avsc.py", 2),
        *("--work-dir", tmp_path, "--cfg-options", *options),
        python=Path(sys.executable).parent,
        AVS_MINI=str(clips),
        PORT=port,
    )
    assert logged(tmp_path, "loss") == pytest.approx(logged(stage2, "loss"), rel=0.5)
    _, meta = read_checkpoint(find_checkpoint(tmp_path))
    _, expected = read_checkpoint(find_checkpoint(stage2))
    assert meta["iter"] == expected["iter"]


def test_refuses_a_checkpoint_of_the_other_stage(environment, fork_server, stage1, tmp_path):
    done = fork_server.run(  # imports OpenMMLab itself, which the tool has to get right
        *("tools/test.py", "configs/mini/avsc.py", stage1, "--work-dir", tmp_path),
        *("--cfg-options", *OPTIONS),
        cwd=REPOSITORY,
        env=environment,
    )
    assert done.returncode != 0
    assert "does not fit AVSC" in done.stderr
