"""Several processes, and sets that do not divide evenly, give exactly one process's numbers."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from mmengine.evaluator import Evaluator

WORKER = Path(__file__).with_name("distributed_evaluation.py")
REPOSITORY = Path(__file__).resolve().parents[3]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
METAINFO = {"classes": ("bell", "bird", "drum", "siren", "whistle")}


@pytest.fixture
def make_samples(frame_sample, tmp_path) -> Callable[[int], list[dict]]:
    """Makes frames of which two are empty and every other shows the image of the one before."""
    generator = torch.Generator().manual_seed(0)

    def make(index: int):
        silent = index in (2, 6)
        category_map = torch.full((12, 10), 255)
        if not silent:
            category_map[index : index + 4, 2:7] = index % 3
        image = tmp_path / f"clip{index}.png"
        image.write_text(str(index // 2))
        prob = torch.rand(12, 10, generator=generator) ** (1 + index % 3)
        masks = torch.rand(3, 12, 10, generator=generator) > 0.5
        if index % 2 == 0:
            masks[0] = category_map != 255  # an object that is found
        return frame_sample(
            metainfo={
                "clip": f"clip{index}",
                "img_path": str(image),
                "audio_path": f"clip{index}.wav",
                "sample_idx": index,
            },
            pred_sounding_map=prob,
            pred_sem_seg=torch.where(prob > 0.5, index % 4, 255),
            gt_sounding_mask=(category_map != 255).byte(),
            gt_sem_seg=category_map,
            gt_silent_map=torch.full((12, 10), 255).index_fill_(0, torch.tensor([0]), 4),
            candidates={
                "masks": masks,
                "labels": torch.tensor([index % 3, 1, 4]),
                "scores": torch.rand(3, generator=generator),
                "audio_scores": torch.rand(3, generator=generator),
            },
        ).to_dict()

    return lambda num_frames: [make(index) for index in range(num_frames)]


def evaluate_in_one_process(case: dict) -> dict:
    evaluator = Evaluator(case["metrics"])
    evaluator.dataset_meta = case["metainfo"]
    evaluator.process(case["samples"])
    return evaluator.evaluate(len(case["samples"]))


def run_processes(openmmlab_server, world_size: int, folder: Path) -> None:
    """Run the worker once a process, and fail with what it wrote if one fails."""
    processes = [
        # mmengine collects the results in .dist_test of the folder
        openmmlab_server.start(WORKER, rank, world_size, folder, cwd=folder, env=ENVIRONMENT)
        for rank in range(world_size)
    ]
    done = openmmlab_server.wait(*processes)  # kills what would wait for one that has failed
    assert not any(process.returncode for process in done), [process.stderr for process in done]


@pytest.mark.slow
def test_two_processes_give_exactly_the_numbers_of_one(openmmlab_server, make_samples, tmp_path):
    # a set that does not divide evenly, and one of which a process has only the padding
    cases = []
    for num_frames in (7, 1):
        samples = make_samples(num_frames)
        metrics = [
            {"type": "avs_mm.AVSMetric", "official_batch_sizes": (1, 2, 3, 20)},
            {"type": "avs_mm.AVSMetric", "classwise": True, "prefix": "avss"},
            {"type": "avs_mm.CandidateMetric"},
            {"type": "avs_mm.TrackMetric"},
            {"type": "avs_mm.PredictionWriter", "out_dir": str(tmp_path / f"masks{num_frames}")},
        ]
        cases.append({"samples": samples, "metrics": metrics, "metainfo": METAINFO})
        conditions = [
            sample | {"audio_condition": "silence" if index % 3 else "unmatched"}
            for index, sample in enumerate(samples)
        ]
        metrics = [{"type": "avs_mm.AudioSensitivityMetric"}]
        cases.append({"samples": conditions, "metrics": metrics, "metainfo": METAINFO})

    expected = [evaluate_in_one_process(case) for case in cases]
    assert {"avs/J", "avs/F_official@3frames", "avs/FDR", "avss/mIoU_AVSS"} < expected[0].keys()
    assert expected[0]["candidates/I"] == 21
    assert expected[0]["tracks/pictures"] == 3
    assert 0 < expected[0]["candidates/AP50"] < 1
    assert {"audio/RA_silence", "audio/negative_F_unmatched"} < expected[1].keys()

    torch.save(cases, tmp_path / "cases.pth")
    run_processes(openmmlab_server, 2, tmp_path)
    for rank in range(2):
        assert json.loads((tmp_path / f"rank{rank}.json").read_text()) == expected
    written = sorted(path.parent.name for path in (tmp_path / "masks7").rglob("*.png"))
    assert written == [f"clip{index}" for index in range(7)]
