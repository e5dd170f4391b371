"""Times of several functions on a machine that others use too: they run by turns."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from figures import write_figures


@dataclass
class Times:
    """Seconds of each run: on the clock, and of the processor, of all threads together."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def by_turns(
    functions: Mapping[str, Callable[[], object]], *, repeats: int, warm_ups: int = 1
) -> dict[str, Times]:
    """Run every function, then every one again, so that a load that comes and goes meets all.

    Other processes make the clock run on; of the fastest runs they have spoiled least. They hardly
    change the processor's time, which with several threads counts those that wait, too.
    """
    times = {name: Times() for name in functions}
    for turn in range(warm_ups + repeats):
        for name, function in functions.items():
            clock, processor = time.perf_counter(), time.process_time()
            function()
            if turn >= warm_ups:
                times[name].clock.append(time.perf_counter() - clock)
                times[name].processor.append(time.process_time() - processor)
    return times


def ratios(ours: Times, theirs: Times, *, goal: float) -> dict[str, float]:
    """Compare the fastest runs: seconds, and our time as a fraction of theirs.

    Args:
        goal: The fraction that is to be reached; its inverse is what benchmarks/run.py reads.
    """
    return {
        "ours (s)": min(ours.clock),
        "theirs (s)": min(theirs.clock),
        "ratio": min(ours.clock) / min(theirs.clock),
        "of processor time": min(ours.processor) / min(theirs.processor),
        "goal": 1 / goal,
    }


def report(title: str, rows: Sequence[Mapping[str, object]], *, json_path: Path | None) -> None:
    """Print a table, with the load of the machine; write the rows as JSON where that is asked."""
    print(f"{title}; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPU(s)")
    names = list(rows[0])
    lines = [names, *([_text(row[name]) for name in names] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(names))]
    for line in lines:
        print("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)))
    write_figures(json_path, title, rows)


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1e}" if 0 < abs(value) < 1e-3 else f"{value:.3f}"
    return str(value)
