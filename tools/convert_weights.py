"""Bring published weights into mmseg's naming, or check those that need no conversion."""

import argparse

from avs_mm.one_line_errors import add_traceback_option, one_line_errors
from avs_mm.weights import DESCRIBED_KINDS, KINDS, convert_file


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "kind", choices=[*KINDS, *DESCRIBED_KINDS], metavar="KIND", help="%(choices)s"
    )
    parser.add_argument("source", metavar="IN", help="the published file")
    parser.add_argument(
        "out",
        metavar="OUT",
        nargs="?",
        help=f"the checkpoint to write; not for {' and '.join(DESCRIBED_KINDS)}, used as they are",
    )
    parser.add_argument(
        "--vggish",
        metavar="FILE",
        help="for tpavi: torchvggish's vggish-10086976.pth, which makes OUT a whole network to "
        "test; without it OUT is for training alone",
    )
    add_traceback_option(parser)
    args = parser.parse_args()
    if (args.kind in KINDS) != (args.out is not None):
        parser.error(
            f"{args.kind} needs OUT, the checkpoint to write"
            if args.kind in KINDS
            else f"{args.kind} needs no conversion, so leave out OUT; the file is only checked"
        )
    if args.vggish is not None and args.kind != "tpavi":
        parser.error(f"--vggish goes with tpavi alone, whose files lack it; {args.kind} has none")
    return args


@one_line_errors
def main() -> None:
    args = parse_args()
    if args.kind in DESCRIBED_KINDS:
        print(DESCRIBED_KINDS[args.kind](args.source))
    else:
        convert_file(args.kind, args.source, args.out, vggish=args.vggish)
        sources = " and ".join(filter(None, (args.source, args.vggish)))
        print(f"{args.out}: converted from {sources}")
        if args.kind == "tpavi" and args.vggish is None:
            print(
                "It has no audio encoder: model.initial_weights starts a training from it; "
                "to test it, convert with --vggish vggish-10086976.pth"
            )


if __name__ == "__main__":
    main()
