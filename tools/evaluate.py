r"""Compute every metric of the field from one pass over the test frames.

    python tools/evaluate.py CONFIG CHECKPOINT
    python tools/evaluate.py CONFIG CHECKPOINT --conditions silence unmatched --out DIR
    python tools/evaluate.py CONFIG CHECKPOINT --offscreen-root recordings/of_rain
    python tools/evaluate.py CONFIG CHECKPOINT --conditions \
        silence_official noise_official offscreen_official        # AVSBench-Robust's own

The frames are those of the config's test_dataloader. Each is encoded once and scored under its own
sound and under every other condition. Writes table.md, results.json, plots, a page of the worst
frames, and of each condition the list of which sound was played when.
"""

import argparse
import shlex
import sys
from pathlib import Path

from avs_mm.datasets import AUDIO_CONDITIONS
from avs_mm.evaluation.runners.evaluation import evaluate_checkpoint
from avs_mm.launch import add_device_option, add_override_option
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config of any model: stage 1, stage 2 or a baseline")
    parser.add_argument(
        "checkpoint",
        nargs="?",
        help="a checkpoint of it, or a work dir: its best one; none for configs/zero_shot",
    )
    parser.add_argument(
        "--out", type=Path, help="folder to write to (default: evaluate in the config's work dir)"
    )
    parser.add_argument(
        "--conditions",
        nargs="+",
        choices=AUDIO_CONDITIONS,
        help="audio, besides the original sound (default: all that the data allows, without "
        "AVSBench-Robust's own)",
    )
    parser.add_argument("--offscreen-root", help="folder of wav files that no frame shows")
    add_device_option(parser)
    add_override_option(parser, example="test_dataloader.batch_size=40")
    add_traceback_option(parser)
    return parser.parse_args()


@one_line_errors
def main() -> None:
    args = parse_args()
    out = evaluate_checkpoint(
        args.config,
        args.checkpoint,
        out=args.out,
        conditions=args.conditions,
        offscreen_root=args.offscreen_root,
        device=args.device,
        overrides=args.cfg_options,
        command=shlex.join(["python", *sys.argv]),
    )
    print((out / "table.md").read_text(encoding="utf-8"))
    print(f"Written: {out}")


if __name__ == "__main__":
    main()
