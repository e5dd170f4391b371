"""What the ablation leaves behind: table.md, results.json and a plot a table."""

import statistics
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from avs_mm.output_file import write_json, write_text

__all__ = ["write_report"]

# Metric of a test -> column. An arrow says which way is better.
STAGE1 = {
    "candidates/sounding_recall": "sounding ↑",
    "candidates/silent_recall": "silent ↑",
    "candidates/false_positive_masks": "false positives ↓",
    "candidates/I_per_frame": "I a frame",
    "candidates/oracle_J": "oracle J ↑",
}
STAGE2 = {
    "avs/J": "J ↑",
    "avs/F": "F ↑",
    "localiser/J": "J, best threshold ↑",
    "candidates/oracle_J": "oracle J",
    "audio/RA_silence": "RA silence ↑",
    "audio/RA_mute": "RA mute ↑",
    "audio/RA_noise": "RA noise ↑",
    "audio/RA_unmatched": "RA unmatched ↑",
    "audio/RA_offscreen": "RA offscreen ↑",
    "candidates/AP50": "AP50 ↑",
    "tracks/all_right": "tracks ↑",
}
# Table -> variant -> test -> name -> one value a seed
Values = dict[str, dict[str, dict[str, dict[str, list[float]]]]]


def write_report(
    tables: Mapping[str, Mapping[str, Any]],
    done: Mapping[str, Mapping[str, Mapping[str, float]] | None],
    out: Path,
) -> None:
    """Write the report of the runs that are done.

    Args:
        done: Folder of a run, TABLE/VARIANT/SEED -> test -> metric -> value, or None.
    """
    values = gather(done)
    write_json(out / "results.json", values)
    write_text(out / "table.md", table_of(tables, values))
    for name, variants in values.items():
        plot(name, variants, tables[name]["variants"], out / f"{name}.png")


def gather(done: Mapping[str, Mapping[str, Mapping[str, float]] | None]) -> Values:
    """Put the values of a variant's seeds side by side."""
    gathered: Values = {}
    for folder, tests in done.items():
        name, variant, _ = folder.split("/")
        for test, values in (tests or {}).items():
            place = gathered.setdefault(name, {}).setdefault(variant, {}).setdefault(test, {})
            for key, value in values.items():
                if isinstance(value, int | float):
                    place.setdefault(key, []).append(value)
    return gathered


def columns_of(values: Iterable[str]) -> dict[str, str]:
    """Return the columns of a test: those of stage 2 where the sound was changed."""
    values = set(values)
    columns = STAGE2 if any(key.startswith("audio/") for key in values) else STAGE1
    return {key: title for key, title in columns.items() if key in values}


def table_of(tables: Mapping[str, Mapping[str, Any]], values: Values) -> str:
    """Lay out every test of every table as Markdown: mean ± standard deviation of the seeds."""
    lines = ["# Ablation", ""]
    for name, variants in values.items():
        for test in dict.fromkeys(test for tests in variants.values() for test in tests):
            known = {key for tests in variants.values() for key in tests.get(test, {})}
            columns = columns_of(known)
            lines += [f"## {name}, {test}", "", row("variant", *columns.values(), "seeds")]
            lines += [row("---", *["---:"] * (len(columns) + 1))]
            for variant, tests in variants.items():
                if test not in tests:
                    continue
                of_test = tests[test]
                cells = [spread(of_test.get(key, [])) for key in columns]
                seeds = max((len(numbers) for numbers in of_test.values()), default=0)
                lines.append(row(tables[name]["variants"][variant]["title"], *cells, str(seeds)))
            lines.append("")
    return "\n".join(lines)


def row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def spread(numbers: list[float]) -> str:
    """Write the mean and, of several numbers, the standard deviation of the sample."""
    if not numbers:
        return ""
    mean = f"{statistics.mean(numbers):.3f}"
    return f"{mean} ± {statistics.stdev(numbers):.3f}" if len(numbers) > 1 else mean


def plot(
    name: str,
    variants: Mapping[str, Mapping[str, Mapping[str, list[float]]]],
    described: Mapping[str, Mapping[str, Any]],
    path: Path,
) -> None:
    """Draw a row of bars a variant for each metric of the first test; a dot is a seed."""
    first = next(iter(next(iter(variants.values()))))
    columns = columns_of({key for tests in variants.values() for key in tests.get(first, {})})
    figure = Figure(figsize=(2.2 * len(columns) + 2.5, 0.4 * len(variants) + 1.2))
    titles = [described[variant]["title"] for variant in variants]
    axes = figure.subplots(1, len(columns), sharey=True, squeeze=False)[0]
    for axis, (key, title) in zip(axes, columns.items(), strict=True):
        for place, tests in enumerate(variants.values()):
            numbers = tests.get(first, {}).get(key, [])
            if numbers:
                axis.barh(place, statistics.mean(numbers), color="#9bbdd9")
                axis.plot(numbers, [place] * len(numbers), ".", color="#1f4e79")
        axis.set_title(title, fontsize=9)
        axis.set_yticks(range(len(titles)), titles, fontsize=8)
        axis.invert_yaxis() if axis is axes[0] else None
    figure.suptitle(f"{name}, {first}")
    figure.tight_layout()
    FigureCanvasAgg(figure).print_png(path)
