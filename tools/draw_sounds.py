"""Draw the paper's Figure 5: frames under changed sounds, and what the model marks under each.

    python tools/draw_sounds.py CONFIG CHECKPOINT
    python tools/draw_sounds.py CONFIG CHECKPOINT --frames 6 --seed 1 --out figure.png
    python tools/draw_sounds.py CONFIG CHECKPOINT --clips NAME NAME

A row is a frame of the config's test_dataloader; its columns are the truth and the predictions
under its own sound, silence, noise, an unmatched sound, and a mixture: its own sound and that of a
silent object in it, where the data knows one, or else the unmatched sound.
"""

import argparse
from pathlib import Path

from avs_mm.evaluation.runners.sound_comparison import draw_changed_sounds
from avs_mm.launch import add_device_option, add_override_option
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config of a model that uses sound: stage 2 or a baseline")
    parser.add_argument("checkpoint", help="a checkpoint of it, or a work dir: its best one")
    parser.add_argument(
        "--out",
        type=Path,
        help="image to write, .png or .pdf (default: sounds.png in the config's work dir)",
    )
    frames = parser.add_mutually_exclusive_group()
    frames.add_argument(
        "--frames", type=int, default=4, help="clips to draw, one frame of each (default: 4)"
    )
    frames.add_argument(
        "--clips",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        help="the clips themselves; --clips=NAME for a name that begins with a hyphen",
    )
    parser.add_argument(
        "--seed",
        type=int,
        help="of the frames and of all sounds drawn (default: audio_seed of the data set, by which "
        "tools/evaluate.py draws them)",
    )
    add_device_option(parser)
    add_override_option(parser, example="test_dataloader.dataset.split=val")
    add_traceback_option(parser)
    return parser.parse_args()


@one_line_errors
def main() -> None:
    args = parse_args()
    out = draw_changed_sounds(
        args.config,
        args.checkpoint,
        out=args.out,
        number=args.frames,
        clips=args.clips,
        seed=args.seed,
        device=args.device,
        overrides=args.cfg_options,
    )
    print(f"Written: {out}")


if __name__ == "__main__":
    main()
