"""Download every published network that has a name, and verify it: ``python -m avs_mm.weights``."""

import argparse
import sys

from avs_mm.weights.hub import get
from avs_mm.weights.names import NAMES

__all__: list[str] = []


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m avs_mm.weights", description=__doc__)
    on_hub = [name for name, weights in NAMES.items() if weights.on_hub]
    parser.add_argument("names", nargs="*", default=on_hub, help="default: all that are on the hub")
    faults = 0
    for name in parser.parse_args().names:
        try:
            print(f"{name}: {get(name)}", flush=True)
        except (OSError, ImportError, ValueError) as error:
            print(f"{name}: {error}", file=sys.stderr, flush=True)
            faults += 1
    sys.exit(f"{faults} names could not be had" if faults else 0)


if __name__ == "__main__":
    main()
