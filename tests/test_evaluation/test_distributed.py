"""Two processes and a set that does not divide evenly give exactly one process's numbers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from mmengine.evaluator import Evaluator

WORKER = Path(__file__).with_name("distributed_evaluation.py")
REPOSITORY = Path(__file__).resolve().parents[2]
NUM_FRAMES = 7


@pytest.fixture
def samples(frame_sample) -> list[dict]:
    generator = torch.Generator().manual_seed(0)

    def make(index: int):
        silent = index in (2, 6)
        category_map = torch.full((12, 10), 255)
        if not silent:
            category_map[index : index + 4, 2:7] = index % 3
        return frame_sample(
            metainfo={
                "clip": f"clip{index}",
                "img_path": f"frames/clip{index}.png",
                "audio_condition": "silence" if index % 3 else "unmatched",
            },
            pred_sounding_map=torch.rand(12, 10, generator=generator) ** (1 + index),
            gt_sounding_mask=(category_map != 255).byte(),
            gt_sem_seg=category_map,
            gt_silent_map=torch.full((12, 10), 255).index_fill_(0, torch.tensor([0]), 4),
            candidates={
                "masks": torch.rand(3, 12, 10, generator=generator) > 0.5,
                "labels": torch.tensor([0, 1, 4]),
            },
        ).to_dict()

    return [make(index) for index in range(NUM_FRAMES)]


def test_two_processes_give_exactly_the_numbers_of_one(samples, tmp_path):
    metrics = [
        {"type": "avs_mm.AVSMetric"},
        {"type": "avs_mm.AudioSensitivityMetric"},
        {"type": "avs_mm.CandidateMetric"},
        {"type": "avs_mm.PredictionWriter", "out_dir": str(tmp_path / "masks")},
    ]
    evaluator = Evaluator(metrics)
    evaluator.process(samples)
    expected = evaluator.evaluate(NUM_FRAMES)
    assert {"avs/J", "avs/F", "audio/RA_silence", "candidates/I"} < expected.keys()
    assert expected["candidates/I"] == 3 * NUM_FRAMES

    torch.save(samples, tmp_path / "samples.pth")
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    search_path = os.pathsep.join(filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH", "")]))
    processes = [
        subprocess.Popen(
            [sys.executable, str(WORKER), str(rank), "2", str(tmp_path)],
            cwd=tmp_path,  # mmengine collects the results in .dist_test there
            env=os.environ | {"PYTHONPATH": search_path, "OMP_NUM_THREADS": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    try:
        for process in processes:
            _, errors = process.communicate(timeout=120)
            assert process.returncode == 0, errors
    finally:
        for process in processes:
            process.kill()

    for rank in range(2):
        assert json.loads((tmp_path / f"rank{rank}.json").read_text()) == expected
    written = sorted(path.parent.name for path in (tmp_path / "masks").rglob("*.png"))
    assert written == [f"clip{index}" for index in range(NUM_FRAMES)]
