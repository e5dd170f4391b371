"""Options become a config; processes without a GPU talk by gloo."""

import argparse
from datetime import timedelta
from pathlib import Path

import pytest
import torch

from avs_mm import launch
from avs_mm.launch import add_run_options, load_config, read_config


@pytest.fixture
def config_file(tmp_path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text("train_dataloader = dict(batch_size=32)\n")
    return path


def parse(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_run_options(parser)
    return parser.parse_args(list(map(str, arguments)))


def test_overrides_reach_the_config(config_file):
    config = load_config(parse(config_file, "--cfg-options", "train_dataloader.batch_size=20"))
    assert config.train_dataloader.batch_size == 20
    assert config.launcher == "none"


def test_work_dir_is_the_options_then_the_configs_then_the_name(config_file):
    assert load_config(parse(config_file)).work_dir == "work_dirs/mine"
    config_file.write_text('work_dir = "work_dirs/ours"\n')
    assert load_config(parse(config_file)).work_dir == "work_dirs/ours"
    assert load_config(parse(config_file, "--work-dir", "elsewhere")).work_dir == "elsewhere"


def test_processes_without_gpu_talk_by_gloo(config_file, monkeypatch):
    backends, at_exit = [], []
    monkeypatch.setattr(launch.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(launch.atexit, "register", at_exit.append)
    monkeypatch.setattr(
        torch.distributed, "init_process_group", lambda *call, **how: backends.append((call, how))
    )
    config = load_config(parse(config_file, "--launcher", "pytorch"))
    assert backends == [(("gloo",), {"timeout": timedelta(seconds=600)})]
    assert at_exit[-1] is torch.distributed.destroy_process_group
    assert config.model_wrapper_cfg.device_ids is None
    config_file.write_text("env_cfg = dict(dist_cfg=dict(timeout=5))\n")
    load_config(parse(config_file, "--launcher", "pytorch"))
    assert backends[1][1] == {"timeout": timedelta(seconds=5)}


def test_a_config_is_read_with_its_overrides(config_file):
    config = read_config(config_file, {"train_dataloader.batch_size": 4, "model.type": "TPAVI"})
    assert config.train_dataloader.batch_size == 4
    assert config.model.type == "TPAVI"
    assert config.work_dir == "work_dirs/mine"
    assert read_config(config_file).train_dataloader.batch_size == 32


def test_a_config_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match=r"none\.py: no such config; those of avs_mm are"):
        read_config("none.py")
