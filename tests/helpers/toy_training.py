"""A training of a second by mmengine's runner: augmentation, dropout, validation, a best epoch."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import Tensor, nn
from torch.utils.data import Dataset

from avs_mm.safe_load import load_weights_only

SAMPLES = 12


class NoisySamples(Dataset):
    """Each sample is its number and, in training, what the global generators draw."""

    def __init__(self, *, noise: bool) -> None:
        self.noise = noise
        self.metainfo: dict = {}

    def __len__(self) -> int:
        return SAMPLES

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        drawn = [np.random.rand(), float(torch.rand(()))] if self.noise else [0.5, 0.5]
        return {"inputs": torch.tensor([float(index), *drawn])}


class Network(BaseModel):
    """A linear layer behind dropout; a buffer keeps all inputs in the order they came in."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Dropout(0.5), nn.Linear(3, 1))
        self.register_buffer("inputs", torch.zeros(0, 3))

    def _load_from_state_dict(self, state_dict: dict, prefix: str, *rest: Any) -> None:
        self.inputs = torch.zeros_like(state_dict[f"{prefix}inputs"])
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def forward(self, inputs: list[Tensor], mode: str) -> Any:
        batch = torch.stack(inputs)
        if mode == "predict":
            return [{"score": float(self.layers(x).detach())} for x in batch]
        self.inputs = torch.cat([self.inputs, batch])
        return {"loss": self.layers(batch).square().mean()}


class Score(BaseMetric):
    """Mean answer of the network."""

    def process(self, data_batch: Any, data_samples: Any) -> None:
        self.results += [sample["score"] for sample in data_samples]

    def compute_metrics(self, results: list) -> dict[str, float]:
        return {"score": float(np.mean(results))}


def runner(
    work_dir: Path,
    *,
    epochs: int = 4,
    workers: int = 0,
    checkpoint: dict | None = None,
    iterations: int | None = None,
    seed: int | None = 3,
    **options: Any,
) -> Runner:
    """Build the runner; ``iterations`` asks for the loop by iterations."""
    loader = dict(
        batch_size=3,
        num_workers=workers,
        persistent_workers=workers > 0,
        dataset=NoisySamples(noise=True),
        sampler=dict(type="DefaultSampler", shuffle=True),
    )
    loop = dict(type="avs_mm.ReproducibleEpochLoop", max_epochs=epochs)
    if iterations is not None:
        loop = dict(type="avs_mm.ReproducibleIterLoop", max_iters=iterations, val_interval=5)
        loader["sampler"] = dict(type="InfiniteSampler", shuffle=True)
    torch.manual_seed(0)
    saving = dict(type="avs_mm.AtomicCheckpointHook", interval=1, max_keep_ckpts=1)
    return Runner(
        model=Network(),
        work_dir=str(work_dir),
        experiment_name=f"{work_dir}_{np.random.default_rng().integers(2**62)}",
        train_dataloader=loader,
        train_cfg=loop,
        optim_wrapper=dict(optimizer=dict(type="Adam", lr=0.1)),
        param_scheduler=dict(type="CosineAnnealingLR", by_epoch=False, T_max=epochs * 4),
        val_dataloader=dict(
            loader,
            dataset=NoisySamples(noise=False),
            sampler=dict(type="DefaultSampler", shuffle=False),
        ),
        val_cfg=dict(),
        val_evaluator=[Score()],
        default_hooks=dict(
            logger=dict(type="LoggerHook", interval=100),
            checkpoint=dict(saving, save_best="score", rule="less", **(checkpoint or {})),
        ),
        custom_hooks=[
            dict(type="avs_mm.WorkDirHook"),
            dict(type="avs_mm.UnfinishedValidationHook"),
        ],
        randomness=dict(seed=seed),
        default_scope="mmengine",
        log_level="WARNING",
        cfg=dict(
            resume=options.get("resume", False),
            overwrite=options.pop("overwrite", False),
            model_wrapper_cfg=dict(type="MMDistributedDataParallel", device_ids=None),
        ),
        **options,
    )


class Killed(BaseException):
    """Ends a training as a kill does: nothing catches it."""


def last_checkpoint(work_dir: Path) -> dict:
    return load_weights_only((work_dir / "last_checkpoint").read_text())


def assert_equal_runs(found: Path, expected: Path) -> None:
    """The last checkpoints hold equal weights, optimizers, schedulers and best scores."""
    one, other = last_checkpoint(found), last_checkpoint(expected)
    for key, value in other["state_dict"].items():
        assert torch.equal(one["state_dict"][key], value), key
    moments = [run["optimizer"]["state"] for run in (one, other)]
    for index, state in moments[1].items():
        for key, value in state.items():
            assert torch.equal(moments[0][index][key], value), key
    assert one["param_schedulers"] == other["param_schedulers"]
    scores = [run["message_hub"]["runtime_info"].get("best_score") for run in (one, other)]
    assert scores[0] == scores[1]
    assert {path.name for path in found.glob("*.pth")} == {
        path.name for path in expected.glob("*.pth")
    }
