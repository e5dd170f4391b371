"""Run every benchmark, as ratios in one run, and say which goals are reached.

    python benchmarks/run.py --out work_dirs/bench        # make bench

Writes bench.json, bench.md and bench.png. "2.50x" is 2.5 times as fast. A benchmark that fails,
takes longer than its share of the time or needs what is not there is listed as not run.
docs/performance.md explains the rows.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import matplotlib as mpl
import torch

mpl.use("agg")
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
# Quick settings, and the minutes that each may take: together less than twenty.
COMMANDS: dict[str, tuple[float, list[str]]] = {
    "pipeline": (4, ["--batches", "1", "8", "--threads", "1", "--repeats", "2"]),
    "loss": (2, ["--repeats", "6"]),
    "allocator": (1.5, ["--repeats", "2"]),
    "beats": (2, ["--repeats", "2"]),
    "f_curve": (1, ["--repeats", "3"]),
    "store": (4, ["--frames", "8", "--batch-size", "4", "--repeats", "2"]),
    "loading": (1.5, ["--repeats", "2"]),
    "video": (2, []),
    "scale": (2, []),
    "gpu": (1, []),
}


def run(name: str, out: Path) -> tuple[list[dict[str, Any]], str]:
    """Run a benchmark in a process of its own; return its rows, or why there are none."""
    minutes, options = COMMANDS[name]
    figures = out / f"{name}.json"
    figures.unlink(missing_ok=True)
    if not (HERE / f"{name}.py").is_file():
        return [], "not run: there is no such benchmark"
    command = [sys.executable, str(HERE / f"{name}.py"), *options, "--json", str(figures)]
    print(f"$ python benchmarks/{name}.py {' '.join(options)}", flush=True)
    try:
        ended = subprocess.run(
            command, timeout=60 * minutes, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return [], f"not run: took more than {minutes:g} minutes"
    print(ended.stdout, end="", flush=True)
    if ended.returncode or not figures.is_file():
        last = (ended.stderr or ended.stdout).strip().splitlines()[-1:] or ["no figures"]
        return [], last[0] if last[0].startswith("not run") else f"not run: {last[0]}"
    return json.loads(figures.read_text())["rows"], ""


def line(name: str, row: dict[str, Any]) -> list[str]:
    """Return benchmark, what, figure, goal and whether it is reached, as text."""
    what = row.get("what") or ", ".join(f"{key} {row[key]}" for key in list(row)[:2])
    speed_up = speed_up_of(row)
    if speed_up is None:
        value, most = row.get("value"), row.get("at most")
        figure = "" if value is None else f"{value:.3g}"
        goal = "" if most is None else f"at most {most:.3g}"
        reached = None if value is None or most is None else value <= most
    else:
        least = row.get("goal")
        figure = f"{speed_up:.2f}x"
        goal = "" if least is None else f"{least:.3g}x"
        reached = None if least is None else speed_up >= least
    return [name, str(what), figure, goal, {None: "", True: "yes", False: "no"}[reached]]


def speed_up_of(row: dict[str, Any]) -> float | None:
    if "speed-up" in row:
        return float(row["speed-up"])
    return 1 / row["ratio"] if row.get("ratio") else None  # of our time to the other's


def draw(rows: list[tuple[str, dict[str, Any]]], path: Path) -> None:
    """Draw the speed-ups as bars on a logarithmic axis, and the goals as marks."""
    shown = [(line(name, row), row) for name, row in rows if speed_up_of(row) is not None]
    if not shown:
        return
    figure, axes = plt.subplots(figsize=(9, 1 + 0.35 * len(shown)), layout="constrained")
    places = range(len(shown))
    axes.barh(places, [speed_up_of(row) or 1 for _, row in shown], color="#4c78a8", left=0)
    goals = {place: row["goal"] for place, (_, row) in enumerate(shown) if "goal" in row}
    axes.scatter([*goals.values()], [*goals], color="black", marker="|", s=200)
    axes.axvline(1, color="grey", linewidth=1)
    axes.set_xscale("log")
    axes.set_yticks(places, [f"{text[0]}: {text[1]}"[:70] for text, _ in shown])
    axes.invert_yaxis()
    axes.set_xlabel("times faster than what it is compared with; | is the goal")
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/bench"))
    parser.add_argument("--only", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    start = time.monotonic()
    rows: list[tuple[str, dict[str, Any]]] = []
    table = [["benchmark", "what", "figure", "goal", "reached"]]
    for name in args.only:
        found, fault = run(name, args.out)
        rows += [(name, row) for row in found]
        table += [line(name, row) for row in found] or [[name, fault, "", "", "not run"]]
    minutes = (time.monotonic() - start) / 60
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} CPUs"
    facts = f"torch {torch.__version__}, {load}, {minutes:.1f} minutes"
    text = "\n".join(
        "| " + " | ".join(cells) + " |" for cells in [table[0], ["---"] * 5, *table[1:]]
    )
    print(f"\n{facts}\n\n{text}")
    (args.out / "bench.md").write_text(f"{facts}\n\n{text}\n")
    content = {"facts": facts, "rows": [{"benchmark": name, **row} for name, row in rows]}
    (args.out / "bench.json").write_text(json.dumps(content, indent=1) + "\n")
    draw(rows, args.out / "bench.png")


if __name__ == "__main__":
    main()
