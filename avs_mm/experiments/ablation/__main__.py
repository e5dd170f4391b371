"""Rerun the ablation on the mini data set, three seeds each: ``make ablation``.

    python -m avs_mm.experiments.ablation
    python -m avs_mm.experiments.ablation --only stage1 --seeds 0

What is trained stands in configs/mini/ablations; a table with ``only_when_named`` (localisers,
real) is left out unless ``--only`` names it. Trainings run side by side, one thread each. Every
result is kept under OUT, so that a second call goes on where the first has stopped; what was done
by other code or another config is trained again. Writes OUT/table.md, OUT/results.json and plots.
"""

import argparse
import os
import sys
from pathlib import Path

from avs_mm.experiments.ablation.execution import make_data, metrics_of_run, run_all
from avs_mm.experiments.ablation.report import write_report
from avs_mm.experiments.ablation.runs import choose_runs, read_tables, runs_of
from avs_mm.experiments.steps import StepError


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.ablation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/ablation"))
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="tables, or single variants: stage1/tolerant"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="runs side by side")
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    out, data = args.out.resolve(), args.data.resolve()
    tables = read_tables()
    runs = runs_of(tables, args.seeds)
    try:
        chosen = choose_runs(runs, tables, args.only)
        for run in runs:  # old results are refused before hours of training
            metrics_of_run(run, out)
        make_data(data, out)
        run_all(chosen, out, data, args.workers)
        done = {run.folder: metrics_of_run(run, out) for run in runs}
    except StepError as error:
        sys.exit(f"ablation: {error}\nWhat is done is kept; call again to go on.")
    except ValueError as error:
        sys.exit(f"ablation: {error}")
    write_report(tables, done, out)
    print((out / "table.md").read_text())
    print(f"Written: {args.out}")


if __name__ == "__main__":
    main()
