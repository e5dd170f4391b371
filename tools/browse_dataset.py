"""Write images of a config's data: the frame, its sound and its annotation.

    python tools/browse_dataset.py configs/avs_avsc.py --split train --out-dir work_dirs/browse

The sounding object is filled in its category's colour (orange: category unknown), a silent object
outlined in it; the strip at the bottom is the second of sound. Random transforms are shown as they
fall.
"""

import argparse
from pathlib import Path

import cv2
from rich.progress import track

from avs_mm.launch import add_override_option
from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.visualization.data_samples import build_dataset, spread_indices, write_samples


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config file")
    parser.add_argument("--split", default="train", choices=("train", "val", "test"))
    parser.add_argument("--out-dir", type=Path, default=Path("work_dirs/browse"))
    parser.add_argument(
        "--number", type=int, default=20, help="samples, spread over the set; 0: all (default 20)"
    )
    parser.add_argument("--show", action="store_true", help="also show each image in a window")
    add_override_option(parser, example="train_dataloader.dataset.audio=noise")
    add_traceback_option(parser)
    return parser.parse_args()


@one_line_errors
def main() -> None:
    args = parse_args()
    dataset = build_dataset(args.config, args.split, args.cfg_options)
    count = len(spread_indices(len(dataset), args.number))
    images = write_samples(dataset, args.out_dir, number=args.number)
    for image in track(images, description=f"Drawing {args.split}", total=count):
        if args.show:
            cv2.imshow("browse_dataset", image[..., ::-1])
            cv2.waitKey(0)
    print(f"{count} of {len(dataset)} samples are in {args.out_dir}")


if __name__ == "__main__":
    main()
