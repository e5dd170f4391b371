"""Say what make installs: print the extras, and write the constraints for pip.

    PYTHONPATH=. VENV/bin/python tools/plan_install.py --constraints FILE [--yours]

The extras bring the tests' packages, and what of OpenMMLab is missing (avs_mm/stack.py). The
constraints hold torch and OpenMMLab, where installed, to their versions, and the rest to those of
constraints.txt. With --yours, or with OneDL's fork, which needs other versions, no other installed
package is held: pip changes it only if a requirement forbids it.
"""

import argparse
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import distributions
from pathlib import Path

from avs_mm.stack import check_torch, extras_to_install, find_stack

PINS = Path(__file__).resolve().parents[1] / "constraints.txt"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--constraints", type=Path, required=True, help="file to write")
    parser.add_argument("--yours", action="store_true", help="an environment make did not make")
    args = parser.parse_args()

    installed = {normalised(found.name): found.version for found in distributions()}
    stack = find_stack()
    try:
        if "torch" in installed:
            check_torch(installed["torch"])
        extras = ["test", *extras_to_install(stack)]
    except RuntimeError as error:
        sys.exit(f"make: {error}")
    kept = {name: found for names in stack.values() for name, found in names.items() if found}
    is_fork = any(name.startswith("onedl-") for name in kept)
    if "torch" in installed:
        kept["torch"] = installed["torch"]
    lines = constraints(
        PINS.read_text().splitlines(),
        kept=kept,
        free=installed if args.yours or is_fork else (),
    )
    args.constraints.write_text("\n".join(lines) + "\n")
    print(",".join(extras))


def constraints(
    pins: Iterable[str], *, kept: Mapping[str, str], free: Collection[str] = ()
) -> list[str]:
    """List the versions to keep, and the pins of all packages but these and the free ones."""
    others = [pin for pin in pins if name_of(pin) not in {*kept, *free}]
    return others + [f"{name}=={version}" for name, version in kept.items()]


def name_of(pin: str) -> str:
    """The normalised name at the start of a line of constraints.txt; of a comment, nothing."""
    return normalised(re.match(r"[\w.-]*", pin)[0])


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
