"""What the command line tools share: their options, and processes on a machine without GPU."""

import argparse
import os
from pathlib import Path

import torch
from mmengine.config import Config, DictAction


def add_device_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--device``; None is to mean the fastest one found."""
    parser.add_argument("--device", help="cpu, cuda:0, ... (default: the fastest one found)")


def add_override_option(parser: argparse.ArgumentParser, *, example: str) -> None:
    """Add mmengine's ``--cfg-options``."""
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=DictAction,
        default={},
        help=f"overrides of the config, e.g. {example}",
    )


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that OpenMMLab's train.py and test.py have in common."""
    parser.add_argument("config", help="path of a config file")
    parser.add_argument(
        "--work-dir", help="where logs and checkpoints go; else the config's, or work_dirs/CONFIG"
    )
    add_override_option(parser, example="train_dataloader.batch_size=20")
    parser.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0)


def load_config(args: argparse.Namespace) -> Config:
    """Read the config with its overrides, its work dir and its launcher."""
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    config = Config.fromfile(args.config)
    config.merge_from_dict(args.cfg_options)
    config.work_dir = (
        args.work_dir or config.get("work_dir") or f"work_dirs/{Path(args.config).stem}"
    )
    config.launcher = args.launcher
    if args.launcher == "pytorch" and not torch.cuda.is_available():
        _start_processes_on_cpu(config)
    return config


def _start_processes_on_cpu(config: Config) -> None:
    # mmengine's launcher selects a GPU whatever the backend, and wraps the model for one.
    torch.distributed.init_process_group("gloo")
    config.model_wrapper_cfg = dict(type="MMDistributedDataParallel", device_ids=None)
