"""What a benchmark writes for benchmarks/run.py: rows, some with a speed-up and a goal for it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def write_figures(path: Path | None, title: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows as JSON, if a file is wanted.

    A row has "what" and, where the benchmark compares two ways, "speed-up": how many times faster
    ours is. With a "goal" it is reached from there on. Another figure is a "value", which reaches
    its goal up to "at most".
    """
    if path is not None:
        path.write_text(json.dumps({"title": title, "rows": list(rows)}, indent=1) + "\n")
