"""Three steps in two processes give the weights of one process with the doubled batch.

They do where all that a loss is divided by is counted over both processes, and where no layer
normalises by the batch: a batch norm in training mode knows one process's frames alone, so stage 1
trains here with its statistics fixed (``norm_eval``). Eq. 4 is averaged over a process's frames
that have ground truth: all have some here. Stage 1 computes in float64, since rounding that
matches a query with another object would move weights far.
"""

import copy
import os
from pathlib import Path

import pytest
import torch
from mmseg.structures import SegDataSample

from avs_mm.registry import MODELS

WORKER = Path(__file__).with_name("distributed_training.py")
REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}


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
    return dict(config=segmentor_config, weights=weights, batches=batches, lr=1e-4, float64=True)


@pytest.fixture
def stage2(avsc_config, batches, find_something) -> dict:
    for name in ("dropout", "attention_dropout", "dropout_input", "layerdrop"):
        avsc_config.audio_encoder[name] = 0.0
    torch.manual_seed(0)
    model = MODELS.build(avsc_config)
    find_something(model.segmentor)
    return dict(
        config=avsc_config, weights=model.state_dict(), batches=batches, lr=1e-1, float64=False
    )


def train(openmmlab_server, cases: list[dict], folder: Path, *, processes: int) -> list[list[dict]]:
    """Run the worker once a process, and fail with what the first that fails has written."""
    folder.mkdir()
    torch.save(cases, folder / "cases.pth")
    started = [
        openmmlab_server.start(WORKER, rank, processes, folder, cwd=REPOSITORY, env=ENVIRONMENT)
        for rank in range(processes)
    ]
    done = openmmlab_server.wait(*started)  # kills what would wait for one that has failed
    assert not any(process.returncode for process in done), [
        process.stderr[-3000:] for process in done
    ]
    return [torch.load(folder / f"rank{rank}.pth") for rank in range(processes)]


@pytest.mark.slow
def test_three_steps_give_the_weights_of_one_process(openmmlab_server, stage1, stage2, tmp_path):
    cases = {"stage 1": stage1, "stage 2": stage2}
    (expected,) = train(openmmlab_server, list(cases.values()), tmp_path / "one", processes=1)
    ranks = train(openmmlab_server, list(cases.values()), tmp_path / "two", processes=2)
    for name, one, first, second in zip(cases, expected, *ranks, strict=True):
        start = cases[name]["weights"]
        assert max((one["weights"][key] - start[key]).abs().max() for key in start) > 1e-3, name
        for key, value in one["weights"].items():
            where = f"{name}, {key}"
            torch.testing.assert_close(first["weights"][key], value, atol=1e-6, rtol=0, msg=where)
            assert torch.equal(first["weights"][key], second["weights"][key]), where
        for whole, *halves in zip(one["losses"], first["losses"], second["losses"], strict=True):
            assert halves[0] != halves[1], name
            assert whole == pytest.approx(sum(halves) / 2, abs=1e-6), name
