import os
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.dataset import DefaultSampler
from mmengine.logging import HistoryBuffer, MessageHub
from mmengine.model import BaseModel
from mmengine.runner import Runner
from torch import nn
from torch.utils.data import TensorDataset

from avs_mm.safe_load import load_weights_only

REMEDY = {"remedy": "Get another.", "code_remedy": "Save its weights alone."}


class RunsCode:
    """Pickles as a call, which an unwary reader makes."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


@pytest.mark.parametrize("layout", ["zip", "legacy", "pickle"])
@pytest.mark.parametrize(
    ("harm", "name"),
    [
        (RunsCode(os.mkdir, "harm"), r"posix\.mkdir"),
        (RunsCode(eval, "__import__('os').mkdir('harm')"), r"(builtins\.)?eval"),
        (RunsCode(getattr, HistoryBuffer, "update"), r"getattr\('update'\)"),
    ],
    ids=["call", "eval", "getattr"],
)
def test_a_file_that_wants_to_run_code_is_refused(tmp_path, monkeypatch, layout, harm, name):
    monkeypatch.chdir(tmp_path)
    path = Path("file.pth")
    contents = {"state_dict": {"a": 1.0}, "meta": {"harm": harm}}
    if layout == "pickle":
        path.write_bytes(pickle.dumps(contents, protocol=2))
    else:
        torch.save(contents, path, _use_new_zipfile_serialization=layout == "zip")
    fault = rf"^file\.pth asks to run {name}.*that was refused\. Save its weights alone\.$"
    with pytest.raises(ValueError, match=fault):
        load_weights_only(path, **REMEDY)
    with pytest.raises(ValueError, match=r"refused\. Get another\.$"):
        load_weights_only(path, remedy="Get another.")
    assert not Path("harm").exists()


def test_the_harm_of_these_tests_is_real(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save(RunsCode(os.mkdir, "harm"), "file.pth")
    torch.load("file.pth", weights_only=False)
    assert Path("harm").exists()


@pytest.mark.parametrize("content", [b"", b"no checkpoint", b"PK\x03\x04 cut short", None])
def test_damaged_files(tmp_path, content: bytes | None):
    path = tmp_path / "damaged.pth"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(ValueError, match=r"damaged\.pth cannot be read.*Get another\.$"):
        load_weights_only(path, **REMEDY)


def test_every_flipped_bit_of_the_weights_is_noticed(tmp_path):
    path = tmp_path / "a.pth"
    torch.save({"weight": torch.arange(64.0)}, path)
    content = path.read_bytes()
    start = content.index(torch.arange(64.0).numpy().tobytes())
    for place in range(start, start + 256, 17):
        damaged = bytearray(content)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        fault = r"a\.pth is damaged: its part a/data/0 has another checksum\. Get another\.$"
        with pytest.raises(ValueError, match=fault):
            load_weights_only(path, **REMEDY)


def test_a_good_file_is_not_called_damaged_by_an_old_torch(tmp_path, monkeypatch):
    torch.save({"weight": torch.ones(1)}, tmp_path / "good.pth")
    monkeypatch.setattr(torch, "__version__", "2.4.1+cpu")
    with pytest.raises(RuntimeError, match=r"needs torch 2\.6 or newer, and torch 2\.4\.1\+cpu is"):
        load_weights_only(tmp_path / "good.pth", **REMEDY)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pth does not exist\. Get another\.$"):
        load_weights_only(tmp_path / "none.pth", **REMEDY)


class Line(BaseModel):
    def __init__(self) -> None:
        super().__init__()
        self.line = nn.Linear(1, 1)

    def forward(self, x, y, mode):
        return {"loss": (self.line(x) - y).square().mean()}


def test_reads_all_that_a_runner_saves(tmp_path):
    x = torch.arange(4.0)[:, None]
    runner = Runner(
        model=Line(),
        work_dir=str(tmp_path),
        train_dataloader=dict(
            batch_size=2,
            dataset=TensorDataset(x, 2 * x),
            sampler=dict(type=DefaultSampler, shuffle=False),
            collate_fn=dict(type="default_collate"),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=2),
        optim_wrapper=dict(type="OptimWrapper", optimizer=dict(type="Adam")),
        param_scheduler=[dict(type="LinearLR", end=1), dict(type="CosineAnnealingLR", T_max=2)],
        custom_hooks=[dict(type="EMAHook")],
        cfg=Config(dict(seed=1)),
        experiment_name=f"{tmp_path.name}_safe_load",
    )
    runner.message_hub.update_scalar("train/grad_norm", np.float64(0.5))
    runner.message_hub.update_info("best_score", np.float32(0.25))
    runner.train()
    found = load_weights_only(tmp_path / "epoch_2.pth")
    assert found["meta"]["epoch"] == 2
    weight = runner.model.line.weight  # EMAHook saves the average in its place
    assert torch.equal(found["ema_state_dict"]["module.line.weight"], weight)
    assert (found["state_dict"]["line.weight"] - weight).abs() < 0.01
    assert found["message_hub"]["runtime_info"]["best_score"] == 0.25
    losses = found["message_hub"]["log_scalars"]["train/loss"]
    assert losses.data[0].tolist() == runner.message_hub.log_scalars["train/loss"].data[0].tolist()
    assert len(losses.data[0]) == 4
    assert losses.statistics("max") == losses.data[0].max()


def test_reads_a_log_written_beside_the_weights(tmp_path):
    log = MessageHub("run")
    log.update_scalar("train/loss", 0.5)
    contents = {"state_dict": {"a": torch.ones(2)}, "message_hub": log.state_dict()}
    torch.save(contents, tmp_path / "epoch_1.pth", _use_new_zipfile_serialization=False)
    found = load_weights_only(tmp_path / "epoch_1.pth")
    assert found["message_hub"]["log_scalars"]["train/loss"].current() == 0.5
