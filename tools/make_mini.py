"""Draw the mini data set: a few hundred clips in AVSBench's layout, or videos in AVISeg's."""

import argparse

from avs_mm.mini import make_mini_avis, make_mini_dataset
from avs_mm.mini.avis import VIDEOS
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


@one_line_errors
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data/mini", help="folder to make (default: data/mini)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="factor on the number of clips or videos"
    )
    parser.add_argument("--workers", type=int, help="clips drawn at a time (default: all cores)")
    parser.add_argument("--force", action="store_true", help="replace a set of other parameters")
    parser.add_argument("--avis", action="store_true", help="videos in AVISeg's layout instead")
    parser.add_argument(
        "--twins",
        type=float,
        default=0.0,
        help="with --avis: fraction of the videos with two sounding objects of one category",
    )
    parser.add_argument(
        "--one-sounds",
        action="store_true",
        help="with --twins: one of the two sounds in a second, and what sounds is blurred",
    )
    add_traceback_option(parser)
    args = parser.parse_args()
    if args.avis:
        videos = {split: max(1, round(args.scale * number)) for split, number in VIDEOS.items()}
        make_mini_avis(
            args.out,
            seed=args.seed,
            videos=videos,
            twins=args.twins,
            one_sounds=args.one_sounds,
        )
        return
    if args.twins or args.one_sounds:
        parser.error("--twins and --one-sounds are of --avis; add it, or leave them out")
    make_mini_dataset(
        args.out, seed=args.seed, scale=args.scale, workers=args.workers, overwrite=args.force
    )


if __name__ == "__main__":
    main()
