"""Three steps in two processes give the weights of one process with the doubled batch.

They do where all that a loss is divided by is counted over both processes, and where no layer
normalises by the batch: a batch norm in training mode knows one process's frames alone, so stage 1
trains here with its statistics fixed (``norm_eval``). Eq. 4 is averaged over a process's frames
that have ground truth: all have some here.
"""

import copy
import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmseg.structures import SegDataSample

from avs_mm.registry import MODELS

WORKER = Path(__file__).with_name("distributed_training.py")
REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def batches(labelled_samples) -> list[dict]:
    """Four frames a step, two a process: the first process has two objects a frame, the other one.

    Inputs and samples are lists, as the collation of a data loader gives them.
    """
    generator = torch.Generator().manual_seed(0)

    def sample_of(index: int) -> SegDataSample:
        sample = copy.deepcopy(labelled_samples[index % 2])
        for annotation in (sample.gt_sem_seg, sample.gt_sounding_mask):
            annotation.data = annotation.data.roll(index, dims=-1)
        return sample

    def batch(step: int) -> dict:
        images = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8, generator=generator)
        sounds = torch.rand(4, 16_000, generator=generator) - 0.5
        return {
            "inputs": {"img": list(images), "audio": list(sounds)},
            "data_samples": [sample_of(4 * step + index) for index in range(4)],
        }

    return [batch(step) for step in range(3)]


@pytest.fixture
def stage1(segmentor_config, batches) -> dict:
    segmentor_config.backbone.norm_eval = True
    torch.manual_seed(0)
    weights = MODELS.build(segmentor_config).state_dict()
    return dict(config=segmentor_config, weights=weights, batches=batches, lr=1e-4)


@pytest.fixture
def stage2(avsc_config, batches, find_something) -> dict:
    for name in ("dropout", "attention_dropout", "dropout_input", "layerdrop"):
        avsc_config.audio_encoder[name] = 0.0
    torch.manual_seed(0)
    model = MODELS.build(avsc_config)
    find_something(model.segmentor)
    return dict(config=avsc_config, weights=model.state_dict(), batches=batches, lr=1e-1)


def train_in_two_processes(cases: list[dict], folder: Path) -> list[list[dict]]:
    """Run the worker twice, and fail with what it wrote if one fails."""
    torch.save(cases, folder / "cases.pth")
    search_path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(rank), "2", str(folder)],
            env=os.environ | {"PYTHONPATH": search_path, "OMP_NUM_THREADS": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        for process in processes:
            _, errors = process.communicate(timeout=300)
            assert process.returncode == 0, errors[-3000:]
    finally:
        for process in processes:
            process.kill()
    return [torch.load(folder / f"rank{rank}.pth") for rank in range(2)]


@pytest.mark.slow
def test_three_steps_give_the_weights_of_one_process(stage1, stage2, tmp_path):
    train = runpy.run_path(str(WORKER))["train"]
    cases = [stage1, stage2]
    ranks = train_in_two_processes(cases, tmp_path)
    for name, case, first, second in zip(("stage 1", "stage 2"), cases, *ranks, strict=True):
        one = train(case, 0, 1)
        moved = max(
            (one["weights"][key] - case["weights"][key]).abs().max() for key in case["weights"]
        )
        assert moved > 1e-3, name
        for key, expected in one["weights"].items():
            where = f"{name}, {key}"
            torch.testing.assert_close(
                first["weights"][key],
                expected,
                atol=1e-6,
                rtol=0,
                msg=lambda text, w=where: f"{w}: {text}",
            )
            assert torch.equal(first["weights"][key], second["weights"][key]), where
        losses = zip(one["losses"], first["losses"], second["losses"], strict=True)
        for whole, *halves in losses:
            assert halves[0] != halves[1], name
            assert whole == pytest.approx(sum(halves) / 2, abs=1e-5), name
