"""One process of a distributed evaluation: RANK WORLD_SIZE FOLDER (see test_distributed.py).

A script of its own, because a spawned process could not import a test module by its name.
"""

import json
import sys
from pathlib import Path

import torch
import torch.distributed
from mmengine.dataset import DefaultSampler
from mmengine.evaluator import Evaluator

import avs_mm.models  # noqa: F401  # before the process group: see avs_mm/launch.py


def main(rank: int, world_size: int, folder: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=world_size
    )
    metrics = []
    for case in torch.load(folder / "cases.pth", weights_only=False):
        samples = case["samples"]
        evaluator = Evaluator(case["metrics"])
        evaluator.dataset_meta = case["metainfo"]
        for index in DefaultSampler(samples, shuffle=False):
            evaluator.process([samples[index]])
        metrics.append(evaluator.evaluate(len(samples)))
    (folder / f"rank{rank}.json").write_text(json.dumps(metrics))
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
