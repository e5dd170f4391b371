"""Test a checkpoint: ``python tools/test.py CONFIG CHECKPOINT [--out DIR] [--show-dir DIR]``.

The configs of configs/zero_shot name their weights and need no checkpoint.
"""

import argparse

from avs_mm.stack import require_openmmlab

require_openmmlab()

from mmengine.config import Config
from mmengine.model import is_model_wrapper
from mmengine.runner import Runner

from avs_mm.checkpoint import find_checkpoint
from avs_mm.launch import add_run_options, load_config
from avs_mm.models.compiled_networks import compile_networks
from avs_mm.models.mixed_precision import use_mixed_precision
from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.trained_model import check_needs_no_checkpoint


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Test stage 1 or stage 2.")
    add_run_options(parser)
    parser.add_argument(
        "checkpoint",
        nargs="?",
        help="a checkpoint, or a work dir: its best one; none for zero-shot",
    )
    parser.add_argument(
        "--amp", choices=["bf16", "fp16"], help="let the networks compute in half precision"
    )
    parser.add_argument("--compile", action="store_true", help="translate the networks first")
    parser.add_argument("--out", help="folder for the predicted masks, as PNG")
    parser.add_argument("--show-dir", help="folder for the frames with the masks painted on")
    parser.add_argument("--show", action="store_true", help="show the painted frames in a window")
    parser.add_argument("--wait-time", type=float, default=2, help="seconds a window stays")
    add_traceback_option(parser)
    return parser.parse_args()


def paint_predictions(config: Config, args: argparse.Namespace) -> None:
    config.default_hooks.visualization.update(
        draw=True, show=args.show, wait_time=args.wait_time, interval=1
    )
    if args.show_dir:
        config.visualizer.save_dir = args.show_dir


def write_predictions(config: Config, folder: str) -> None:
    evaluators = config.test_evaluator
    evaluators = evaluators if isinstance(evaluators, list) else [evaluators]
    config.test_evaluator = [*evaluators, dict(type="avs_mm.PredictionWriter", out_dir=folder)]


@one_line_errors
def main() -> None:
    args = parse_args()
    config = load_config(args)
    if args.checkpoint is None:
        check_needs_no_checkpoint(config)
    else:
        config.load_from = str(find_checkpoint(args.checkpoint))
    if args.show or args.show_dir:
        paint_predictions(config, args)
    if args.out:
        write_predictions(config, args.out)
    runner = Runner.from_cfg(config)
    model = runner.model.module if is_model_wrapper(runner.model) else runner.model
    if args.amp:
        use_mixed_precision(model, args.amp)
    if args.compile:
        compile_networks(model)
    runner.test()


if __name__ == "__main__":
    main()
