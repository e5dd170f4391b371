"""The command line: ``python -m avs_mm`` is ``avs-mm``."""

from avs_mm.cli.app import main

__all__: list[str] = []

if __name__ == "__main__":
    main()
