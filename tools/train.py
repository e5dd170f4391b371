"""Train a model: ``python tools/train.py CONFIG [--work-dir DIR] [--resume | --overwrite]``."""

import argparse

from avs_mm.stack import require_openmmlab

require_openmmlab()

import torch
from mmengine.config import Config
from mmengine.runner import Runner

from avs_mm.launch import add_run_options, load_config
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train stage 1 or stage 2.")
    add_run_options(parser)
    earlier = parser.add_mutually_exclusive_group()
    earlier.add_argument(
        "--resume", action="store_true", help="go on from the newest checkpoint of the work dir"
    )
    earlier.add_argument(
        "--overwrite", action="store_true", help="remove an earlier training's checkpoints there"
    )
    parser.add_argument("--amp", action="store_true", help="train in automatic mixed precision")
    add_traceback_option(parser)
    return parser.parse_args()


def use_mixed_precision(config: Config) -> None:
    """Compute in float16 with a scaled loss on a GPU, in bfloat16 without one."""
    if torch.cuda.is_available():
        config.optim_wrapper.type = "AmpOptimWrapper"
        config.optim_wrapper.setdefault("loss_scale", "dynamic")
    else:
        config.optim_wrapper.type = "avs_mm.BFloat16OptimWrapper"


@one_line_errors
def main() -> None:
    args = parse_args()
    config = load_config(args)
    config.resume, config.overwrite = args.resume, args.overwrite
    if args.amp:
        use_mixed_precision(config)
    Runner.from_cfg(config).train()


if __name__ == "__main__":
    main()
