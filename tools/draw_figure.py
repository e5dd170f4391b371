"""Draw a figure of the paper for any set of checkpoints side by side.

    python tools/draw_figure.py masks Ours=CONFIG.py:CHECKPOINT TPAVI=CONFIG.py:CHECKPOINT
    python tools/draw_figure.py heat EZ-VSL=configs/ezvsl.py:FILE Ours=configs/avs_avsc.py:FILE
    python tools/draw_figure.py queries MaskFormer=CONFIG.py:CHECKPOINT Ours=CONFIG.py:CHECKPOINT
    python tools/draw_figure.py sounds Ours=CONFIG.py:CHECKPOINT TPAVI=CONFIG.py:CHECKPOINT

masks are the paper's Figures 4 and 7, heat Figure 6, queries Figure 3, sounds Figures 1 and 5. The
frames are those of the first config's test_dataloader, chosen before any prediction.
"""

import argparse
from pathlib import Path

from avs_mm.launch import add_device_option, add_override_option
from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.visualization.paper_figures import FIGURES, draw_figure


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("figure", choices=FIGURES)
    parser.add_argument("models", nargs="+", metavar="[TITLE=]CONFIG.py:CHECKPOINT")
    parser.add_argument("--out", type=Path, help=".png or .pdf (default: work_dirs/FIGURE.png)")
    parser.add_argument("--frames", type=int, default=4, help="how many (default: 4)")
    parser.add_argument("--clips", nargs="+", default=[], metavar="NAME", help="these clips")
    parser.add_argument("--seed", type=int, help="of the choice (default: the data's audio_seed)")
    add_device_option(parser)
    add_override_option(parser, example="test_dataloader.dataset.subset=ms3")
    add_traceback_option(parser)
    return parser.parse_args()


@one_line_errors
def main() -> None:
    args = parse_args()
    out = draw_figure(
        args.figure,
        args.models,
        out=args.out or Path("work_dirs", f"{args.figure}.png"),
        number=args.frames,
        clips=args.clips,
        seed=args.seed,
        device=args.device,
        overrides=args.cfg_options,
    )
    print(f"Written: {out}")


if __name__ == "__main__":
    main()
