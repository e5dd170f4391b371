"""Both stages of the shipped configs, small ones, killed at random moments of their training."""

import random
import shutil
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import MODELS, init_default_scope
from mmengine.runner import Runner
from sudden_death import kill_after, processor_seconds
from tiny_network import tiny_config
from toy_training import assert_equal_runs

from avs_mm.mini import make_mini_dataset

MOMENTS = 3
CLIPS = {
    "s4": {"train": 6, "val": 2, "test": 1},
    "ms3": {"train": 3, "val": 0, "test": 0},
    "v2": {"train": 0, "val": 0, "test": 0},
    "all": {"train": 0, "val": 0},
}


def small_config(stage: str, stage1: Path) -> Config:
    """A config of the mini set with narrow layers, for two epochs of two or three iterations."""
    config = tiny_config(f"{stage}.py", dropout=0.1)
    if stage == "avsc":
        config.model.stage1 = str(stage1)
    else:
        config.model.update(initial_weights=None, teacher=None)
    config.train_cfg.update(max_epochs=2, val_interval=1)
    for loader in (config.train_dataloader, config.val_dataloader):
        loader.update(num_workers=0, persistent_workers=False, batch_size=3)
    config.resume = True
    config.log_level = "WARNING"
    return config


@pytest.fixture(scope="module")
def stage1(tmp_path_factory) -> Path:
    """Random weights in the place of a trained stage 1."""
    path = tmp_path_factory.mktemp("stage1") / "seg.pth"
    init_default_scope("mmseg")
    torch.manual_seed(0)
    model = MODELS.build(small_config("seg", path).model)
    classes = ("bell", "bird", "drum", "engine", "siren", "whistle")
    meta = {"dataset_meta": {"classes": classes}}
    torch.save({"state_dict": model.state_dict(), "meta": meta}, path)
    return path


@pytest.mark.parametrize("stage", ["seg", "avsc"])
def test_a_stage_goes_on_bit_by_bit(stage, stage1, tmp_path, monkeypatch, figure):
    clips = make_mini_dataset(tmp_path / "mini", clips=CLIPS, progress=False, workers=1)
    monkeypatch.setenv("AVS_MINI", str(clips))

    def train(work_dir: Path) -> None:
        config = small_config(stage, stage1)
        config.work_dir, config.experiment_name = str(work_dir), str(work_dir)
        Runner.from_cfg(config).train()

    processor_seconds(lambda: train(tmp_path / "whole"))
    seconds = processor_seconds(lambda: train(tmp_path / "timed"))
    for moment in range(MOMENTS):
        run, end = tmp_path / f"run{moment}", random.Random(moment).uniform(0.1, seconds)
        while not kill_after(lambda run=run: train(run), end):  # it had ended before
            shutil.rmtree(run)
            end /= 2
        processor_seconds(lambda run=run: train(run))
        assert_equal_runs(run, tmp_path / "whole")
    figure(f"configs/mini/{stage}.py killed at {MOMENTS} moments", "equal to the last bit")
