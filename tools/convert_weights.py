"""Bring published weights into mmseg's naming, or check those that need no conversion."""

import argparse
import sys

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
    args = parser.parse_args()
    if (args.kind in KINDS) != (args.out is not None):
        parser.error(
            f"{args.kind} needs OUT, the checkpoint to write"
            if args.kind in KINDS
            else f"{args.kind} needs no conversion, so leave out OUT; the file is only checked"
        )
    return args


def main() -> None:
    args = parse_args()
    try:
        if args.kind in DESCRIBED_KINDS:
            print(DESCRIBED_KINDS[args.kind](args.source))
        else:
            convert_file(args.kind, args.source, args.out)
            print(f"{args.out}: converted from {args.source}")
    except (FileNotFoundError, ImportError, ValueError) as error:
        sys.exit(f"convert_weights: {error}")


if __name__ == "__main__":
    main()
