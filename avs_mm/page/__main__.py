"""``python -m avs_mm.page`` is ``avs-mm serve``."""

import sys

from avs_mm.cli.app import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.argv.insert(1, "serve")
    main()
