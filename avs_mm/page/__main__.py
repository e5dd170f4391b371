"""Serve the page: ``python -m avs_mm.page``, then open the address that it prints.

Without --model it asks the demo's network, if make demo has left one in the current folder, else
the zero-shot network, if its weights are on this machine.
"""

import argparse
import dataclasses
import sys

from avs_mm.page.limits import Limits
from avs_mm.page.server import LOOPBACK, PORT, serve

__all__: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.page",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--model", help='a config, a work dir or "zero-shot"')
    parser.add_argument("--checkpoint", help="of a config")
    parser.add_argument("--device", help="cpu, cuda:0, ...; default: the fastest one found")
    parser.add_argument("--examples", help="folder of videos and sounds for everybody")
    parser.add_argument("--host", default=LOOPBACK[0], help="default: this machine alone")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    for field in dataclasses.fields(Limits):
        parser.add_argument(
            f"--max-{field.name}" if field.name != "minutes" else "--keep-minutes",
            dest=field.name,
            type=type(field.default),
            default=field.default,
            help=f"default: {field.default}",
        )
    args = vars(parser.parse_args())
    names = [field.name for field in dataclasses.fields(Limits)]
    try:
        limits = Limits(**{name: args.pop(name) for name in names})
        serve(**args, limits=limits)
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit(f"avs_mm.page: {error}")


if __name__ == "__main__":
    main()
