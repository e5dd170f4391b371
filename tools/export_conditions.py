"""Write copies of a data set in AVSBench's layout under other sounds, for any code base to run on.

    python tools/export_conditions.py --subset s4 --root data/AVSBench-object/Single-source \\
        --conditions silence noise unmatched --out exported --log-mel
    python tools/export_conditions.py --subset ms3 --root data/AVSBench-object/Multi-sources \\
        --semantic-root data/AVSBench-semantic --conditions unmatched --out exported_ms3

DIR/CONDITION/Single-source takes the place of Single-source in the other code; DIR/CONDITION/
pairs.csv says which second is heard when. tools/score_masks.py scores what comes out.
"""

import argparse
from pathlib import Path

from avs_mm.datasets import AUDIO_CONDITIONS
from avs_mm.datasets.export_conditions import export_conditions
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--subset", required=True, choices=("s4", "ms3", "avss"))
    add("--root", required=True, help="folder of the data set, the one with the csv")
    add("--split", default="test", choices=("val", "test"))
    add("--conditions", nargs="+", required=True, choices=AUDIO_CONDITIONS)
    add("--out", required=True, type=Path, metavar="DIR")
    add("--semantic-root", help="MS3: AVSBench-semantic, which knows what sounds (unmatched)")
    add("--offscreen-root", help="folder of wav files that no frame shows (offscreen)")
    add("--scene-pattern", help="one group of a clip's name that says its scene (unmatched)")
    add("--seed", type=int, default=0, help="of all that is drawn (default 0)")
    add("--log-mel", action="store_true", help="also write audio_log_mel/*.pkl, which TPAVI reads")
    add("--copy", action="store_true", help="copy images and masks (default: links)")
    add_traceback_option(parser)
    return parser.parse_args()


@one_line_errors
def main() -> None:
    args = parse_args()
    places = export_conditions(
        subset=args.subset,
        data_root=args.root,
        out=args.out,
        conditions=args.conditions,
        split=args.split,
        semantic_root=args.semantic_root,
        offscreen_root=args.offscreen_root,
        scene_pattern=args.scene_pattern,
        audio_seed=args.seed,
        log_mel=args.log_mel,
        copy=args.copy,
    )
    print("\n".join(f"Written: {place}" for place in places))


if __name__ == "__main__":
    main()
