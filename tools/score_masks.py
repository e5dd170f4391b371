"""Score masks or probability maps that any code base has saved, under every named protocol.

    python tools/score_masks.py PREDICTIONS --subset s4 --root data/AVSBench-object/Single-source
    python tools/score_masks.py PREDICTIONS --subset s4 --root ... --out scores \\
        --under silence=PREDICTIONS_UNDER_SILENCE noise=PREDICTIONS_UNDER_NOISE

PREDICTIONS holds [CATEGORY/]CLIP/CLIP_N.png, as TPAVI's save_mask writes it, CLIP/N.png or
CLIP_N.png, or .npy. AVSS takes labels, AVSBench's colours or scores. The data for other sounds is
made by tools/export_conditions.py. DIR/results.json fills a row of tools/reproduce.py (--row).
"""

import argparse
import shlex
import sys
from pathlib import Path

from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.output_file import write_json, write_text
from avs_mm.scoring import score_folders
from avs_mm.scoring.prediction_files import KINDS
from avs_mm.scoring.table import scores_table


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("folder", help="predictions under the frames' own sound")
    add("--subset", required=True, choices=("s4", "ms3", "avss"))
    add("--root", required=True, help="folder of the data set, the one with the csv")
    add("--split", default="test", choices=("train", "val", "test"))
    add("--under", nargs="+", default=[], metavar="SOUND=FOLDER", help="under other sounds")
    add("--kind", default="auto", choices=KINDS, help="what the files hold (default: looks)")
    sizes = ("equal", "annotation", "prediction")
    add("--size", default="equal", choices=sizes, help="at whose size, where they differ")
    add("--first-number", type=int, choices=(0, 1), help="of a clip's first file (default: looks)")
    add("--out", type=Path, help="folder for results.json and table.md")
    add_traceback_option(parser)
    args = parser.parse_args()
    if wrong := [text for text in args.under if not all(text.partition("="))]:
        parser.error(f"--under {wrong[0]!r} is not SOUND=FOLDER, such as silence=predictions")
    return args


@one_line_errors
def main() -> None:
    args = parse_args()
    folders = {"original": args.folder}
    folders |= {text.partition("=")[0]: text.partition("=")[2] for text in args.under}
    results = score_folders(
        folders,
        subset=args.subset,
        root=args.root,
        split=args.split,
        kind=args.kind,
        size=args.size,
        first_number=args.first_number,
        command=shlex.join(["python", *sys.argv]),
    )
    print(scores_table(results))
    if args.out is not None:
        write_json(args.out / "results.json", results)
        write_text(args.out / "table.md", scores_table(results))


if __name__ == "__main__":
    main()
