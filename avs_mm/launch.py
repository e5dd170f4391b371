"""What the command line tools share: options, the config, processes on a machine without GPU."""

import argparse
import atexit
import importlib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config, DictAction

from avs_mm.override_keys import check_override_keys
from avs_mm.shipped import configs_dir
from avs_mm.yapf_grammar import import_yapf

__all__ = [
    "add_device_option",
    "add_override_option",
    "add_run_options",
    "config_in",
    "load_config",
    "read_config",
]

SECONDS_TO_WAIT = 600  # for another process, where env_cfg.dist_cfg names no timeout


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


def read_config(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Config:
    """Read a config with overrides of it, by dotted keys; "zero-shot" is zero_shot/coco_ast.py.

    Its ``work_dir`` is set where it has none: ``work_dirs/`` and the name of the file.

    Raises:
        FileNotFoundError: There is no such config.
        ValueError: An override names what is not there: as of ``check_override_keys``.
    """
    if str(path) == "zero-shot":
        path = configs_dir() / "zero_shot" / "coco_ast.py"
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such config; those of avs_mm are in configs/")
    config = Config.fromfile(path)
    check_override_keys(overrides or {}, config.to_dict(), path)
    config.merge_from_dict(dict(overrides or {}))
    config.work_dir = config.get("work_dir") or f"work_dirs/{Path(path).stem}"
    return config


def config_in(work_dir: Path) -> Path:
    """Return the config that ``tools/train.py`` has left in its work dir.

    Raises:
        FileNotFoundError: There is none.
        ValueError: There are several.
    """
    found = sorted(work_dir.glob("*.py"))
    if not found:
        raise FileNotFoundError(
            f"{work_dir}: no config lies in it, as tools/train.py leaves one; give the config and "
            "the checkpoint"
        )
    if len(found) > 1:
        raise ValueError(
            f"{work_dir}: {', '.join(path.name for path in found)} lie in it; give the config that "
            "is meant, and the checkpoint"
        )
    return found[0]


def load_config(args: argparse.Namespace) -> Config:
    """Read the config of ``add_run_options`` with its overrides, its work dir and its launcher.

    Raises:
        FileNotFoundError: There is no such config.
    """
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    config = read_config(args.config, args.cfg_options)
    config.work_dir = args.work_dir or config.work_dir
    config.launcher = args.launcher
    if args.launcher != "none":
        import_yapf()
    if args.launcher == "pytorch" and not torch.cuda.is_available():
        _start_processes_on_cpu(config)
    return config


def _start_processes_on_cpu(config: Config) -> None:
    # mmengine's launcher selects a GPU whatever the backend, and wraps the model for one.
    # gloo's threads must end before the interpreter does, or a process that has done its work may
    # abort (pytorch/pytorch#190489). They end with the last reference to the process group, which
    # mmcv.ops and torch.distributed.nn take as a default argument if imported once there is one.
    importlib.import_module("avs_mm.models")
    seconds = config.get("env_cfg", {}).get("dist_cfg", {}).get("timeout", SECONDS_TO_WAIT)
    torch.distributed.init_process_group("gloo", timeout=timedelta(seconds=seconds))
    atexit.register(torch.distributed.destroy_process_group)
    config.model_wrapper_cfg = dict(type="MMDistributedDataParallel", device_ids=None)
