"""One process of a distributed training: RANK WORLD_SIZE FOLDER (see test_distributed_training.py).

A script of its own, because a spawned process could not import a test module by its name.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import torch
import torch.distributed
from mmengine.model import MMDistributedDataParallel
from mmengine.optim import OptimWrapper
from mmengine.registry import init_default_scope

import avs_mm.models  # noqa: F401  # before the process group: see avs_mm/launch.py
from avs_mm.registry import MODELS


@contextmanager
def float64() -> Iterator[None]:
    """Compute in float64, ``Tensor.float`` included."""
    torch.set_default_dtype(torch.float64)
    try:
        with patch.object(torch.Tensor, "float", torch.Tensor.double):
            yield
    finally:
        torch.set_default_dtype(torch.float32)


def train(case: dict, rank: int, world_size: int) -> dict:
    """Train a case's model on this process's share of each batch; return weights and losses."""
    init_default_scope("mmseg")
    model = bare = MODELS.build(case["config"]).train()
    bare.load_state_dict(case["weights"])
    if world_size > 1:
        model = MMDistributedDataParallel(bare, device_ids=None)  # as avs_mm.launch on a CPU
    trained = [parameter for parameter in bare.parameters() if parameter.requires_grad]
    optimizer = OptimWrapper(torch.optim.SGD(trained, lr=case["lr"], momentum=0.9))
    own = slice(rank, None, world_size)
    losses = []
    for batch in case["batches"]:
        data = {
            "inputs": {name: values[own] for name, values in batch["inputs"].items()},
            "data_samples": batch["data_samples"][own],
        }
        losses.append(model.train_step(data, optimizer)["loss"].item())
    return {"weights": bare.state_dict(), "losses": losses}


def main(rank: int, world_size: int, folder: Path) -> None:
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/rendezvous", rank=rank, world_size=world_size
    )
    cases = torch.load(folder / "cases.pth", weights_only=False)
    results = []
    for case in cases:
        with float64() if case["float64"] else nullcontext():
            results.append(train(case, rank, world_size))
    torch.save(results, folder / f"rank{rank}.pth")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))
