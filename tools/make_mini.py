"""Draw the mini data set: clips in AVSBench's layout, videos in AVISeg's, or images in VPO's."""

import argparse
from collections.abc import Mapping

from avs_mm.mini import make_mini_avis, make_mini_dataset, make_mini_vpo
from avs_mm.mini.avis import VIDEOS
from avs_mm.mini.vpo import VPO_IMAGES
from avs_mm.one_line_errors import add_traceback_option, one_line_errors


@one_line_errors
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", default="data/mini", help="folder to make (default: data/mini)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="factor on the number of clips, videos or images"
    )
    parser.add_argument("--workers", type=int, help="clips drawn at a time (default: all cores)")
    parser.add_argument("--force", action="store_true", help="replace a set of other parameters")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--avis", action="store_true", help="videos in AVISeg's layout instead")
    other.add_argument("--vpo", action="store_true", help="images in VPO's layout instead")
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

    def scaled(numbers: Mapping[str, int]) -> dict[str, int]:
        return {split: max(1, round(args.scale * number)) for split, number in numbers.items()}

    if args.avis:
        make_mini_avis(
            args.out,
            seed=args.seed,
            videos=scaled(VIDEOS),
            twins=args.twins,
            one_sounds=args.one_sounds,
        )
        return
    if args.twins or args.one_sounds:
        parser.error("--twins and --one-sounds are of --avis; add it, or leave them out")
    if args.vpo:
        make_mini_vpo(args.out, seed=args.seed, images=scaled(VPO_IMAGES))
        return
    make_mini_dataset(
        args.out, seed=args.seed, scale=args.scale, workers=args.workers, overwrite=args.force
    )


if __name__ == "__main__":
    main()
