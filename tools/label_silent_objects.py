"""Label the objects that a network without training sees in AVSBench's training frames.

    python tools/label_silent_objects.py configs/zero_shot/coco_ast.py --out data/silent-objects/s4
    python tools/train.py configs/avs_swin_b_seg.py \\
        --cfg-options train_dataloader.dataset.teacher_root=data/silent-objects/s4

The maps are those of the layout silent-objects. Stage 1 learns the objects in them beside the
labelled ones.
"""

import argparse
from pathlib import Path

from avs_mm.apis.silent_labels import label_silent_objects
from avs_mm.launch import add_device_option, add_override_option
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


@one_line_errors
def main() -> None:
    args = parse_args()
    counts = label_silent_objects(
        args.config,
        args.out,
        split=args.split,
        score_threshold=args.score,
        device=args.device,
        overrides=args.cfg_options,
    )
    for category, number in counts.items():
        print(f"{category}: {number}")
    print(f"Written: {args.out} ({sum(counts.values())} objects)")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="one of configs/zero_shot")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--split", default="train", choices=("train", "val", "test"))
    parser.add_argument(
        "--score",
        type=float,
        default=0.9,
        help="least visual score of an object (default: 0.9; prompted configs need about 0.4)",
    )
    add_device_option(parser)
    add_override_option(parser, example="model.segmentor.weights=maskformer-swin-large-coco")
    add_traceback_option(parser)
    return parser.parse_args()


if __name__ == "__main__":
    main()
