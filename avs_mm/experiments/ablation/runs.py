"""Rerun the ablation on the mini data set, three seeds each: ``make ablation``.

    python tools/ablation.py
    python tools/ablation.py --only stage1 --seeds 0

What is trained stands in configs/mini/ablations; a table with ``only_when_named`` (localisers,
real) is left out unless ``--only`` names it. Trainings run side by side, one thread each. Every
result is kept under OUT, so that a second call goes on where the first has stopped; a variant that
was changed is trained again. Writes OUT/table.md, OUT/results.json and plots.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from avs_mm.experiments.ablation.report import write_report
from avs_mm.experiments.steps import REPOSITORY, Step, StepError, metrics_of, run_logged
from mmengine.config import Config
from rich.progress import Progress

from avs_mm.whole_file import replaced_when_whole

ABLATIONS = REPOSITORY / "configs" / "mini" / "ablations"
MADE = "done.json"
Figures = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Run:
    """One variant with one seed: its training, then its tests.

    Args:
        folder: Work dir, relative to the output folder.
        commands: Arguments of the tools; ``{out}`` is the output folder, ``{data}`` the data set.
        needs: Folders of the runs whose checkpoints this one starts from.
        tests: Name of a test -> its folder (tools/test.py) or results.json (tools/evaluate.py),
            relative to ``folder``.
        digest: Of the commands, the config with its bases, and the runs that are needed.
    """

    folder: str
    commands: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...] = ()
    tests: tuple[tuple[str, str], ...] = ()
    digest: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/ablation"))
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="tables, or single variants: stage1/tolerant"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="runs side by side")
    args = parser.parse_args()

    out, data = args.out.resolve(), args.data.resolve()
    tables = read_tables()
    runs = runs_of(tables, args.seeds)
    try:
        make_data(data, out)
        run_all(chosen(runs, tables, args.only), out, data, args.workers)
    except StepError as error:
        sys.exit(f"ablation: {error}\nWhat is done is kept; call again to go on.")
    write_report(tables, {run.folder: figures_of(run, out) for run in runs}, out)
    print((out / "table.md").read_text())
    print(f"Written: {args.out}")


def read_tables() -> dict[str, dict[str, Any]]:
    """Read every table of configs/mini/ablations, by its file's name."""
    return {path.stem: Config.fromfile(path).to_dict() for path in sorted(ABLATIONS.glob("*.py"))}


def runs_of(tables: dict[str, dict[str, Any]], seeds: Iterable[int]) -> list[Run]:
    """List the runs of all tables, seed by seed, those that others need before these."""
    runs: dict[str, Run] = {}

    def add(name: str, variant: str, seed: int) -> Run:
        folder = f"{name}/{variant}/seed{seed}"
        if folder not in runs:
            settings = settings_of(tables[name], variant)
            sources = [source.split("/") for source in settings["starts_from"].values()]
            needed = [add(*source, seed) for source in sources]
            runs[folder] = run_of(folder, settings, seed, needed)
        return runs[folder]

    for seed in seeds:
        for name, table in tables.items():
            for variant in table["variants"]:
                add(name, variant, seed)
    return list(runs.values())


def settings_of(table: dict[str, Any], variant: str) -> dict[str, Any]:
    """Merge a variant into its table: options are added to its options, all else replaces."""
    settings = table["variants"][variant]
    return {**table, **settings, "options": {**table["options"], **settings["options"]}}


def run_of(folder: str, settings: dict[str, Any], seed: int, needed: Sequence[Run]) -> Run:
    """Build the commands of one variant: its training, then its tests."""
    work_dir = f"{{out}}/{folder}"
    config = settings["config"]
    given = [f"{key}={value}" for key, value in settings["options"].items()]
    starts = zip(settings["starts_from"], needed, strict=True)
    checkpoints = [f"{key}={{out}}/{run.folder}" for key, run in starts]
    seeded = [f"randomness.seed={seed}"]
    train = ("tools/train.py", config, "--work-dir", work_dir, "--cfg-options")
    commands = [(*train, *given, *checkpoints, *seeded)]
    tests = []
    # What a training has started from is in its checkpoint, and not looked for again.
    for test, (tool, *overrides) in settings["tests"].items():
        where = "--work-dir" if tool == "tools/test.py" else "--out"
        tested = (tool, config, work_dir, where, f"{work_dir}/{test}", "--cfg-options")
        commands.append((*tested, *given, *overrides, *seeded))
        tests.append((test, test if tool == "tools/test.py" else f"{test}/results.json"))
    content = [config_text(config), repr(commands), *(run.digest for run in needed)]
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()
    return Run(folder, tuple(commands), tuple(run.folder for run in needed), tuple(tests), digest)


@cache
def config_text(config: str) -> str:
    """Return a config with its bases, as one text."""
    return Config.fromfile(REPOSITORY / config).pretty_text


def chosen(
    runs: list[Run], tables: dict[str, dict[str, Any]], names: list[str] | None
) -> list[Run]:
    """Keep the runs of the named tables or variants (or of the usual tables) and their needs."""
    if names is None:
        names = [name for name, table in tables.items() if not table.get("only_when_named")]
    by_folder = {run.folder: run for run in runs}
    kept = set()
    for name in names:
        called = {folder for folder in by_folder if f"{folder}/".startswith(f"{name}/")}
        if not called:
            variants = sorted({folder.rpartition("/")[0] for folder in by_folder})
            sys.exit(f"ablation: nothing is called {name}; there are {', '.join(variants)}")
        kept |= called
    pending = list(kept)
    while pending:
        new = set(by_folder[pending.pop()].needs) - kept
        kept |= new
        pending += new
    return [run for run in runs if run.folder in kept]


def make_data(data: Path, out: Path) -> None:
    step = Step("data", "drawing the data set", 60, ["tools/make_mini.py", "--out", str(data)])
    out.mkdir(parents=True, exist_ok=True)
    run_logged(step, log=out / "data.log", environment={}, on_progress=lambda _: None)


def run_all(runs: list[Run], out: Path, data: Path, workers: int) -> None:
    """Run side by side what is not done yet; the first failure ends it."""
    futures: dict[str, Future] = {}
    with Progress() as bar, ThreadPoolExecutor(workers) as pool:
        task = bar.add_task("", total=len(runs))

        def finish(run: Run) -> None:
            # They stand before this one in the queue, so they are running or done.
            for needed in run.needs:
                futures[needed].result()
            if figures_of(run, out) is None:
                bar.console.print(run.folder)
                execute(run, out, data)
            bar.advance(task)

        for run in runs:
            futures[run.folder] = pool.submit(finish, run)
        done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
        pool.shutdown(cancel_futures=True, wait=False)
        for future in done:
            future.result()


def execute(run: Run, out: Path, data: Path) -> None:
    """Run the commands of a run, and note its figures as the last thing."""
    environment = {"AVS_MINI": str(data), "OMP_NUM_THREADS": "1"}
    folder = out / run.folder
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted or another run has left
    folder.mkdir(parents=True)
    for number, command in enumerate(commands_of(run, out, data)):
        step = Step(run.folder, f"{run.folder}: {command[0]}", 0, command)
        log = folder / f"{number}_{Path(command[0]).stem}.log"
        run_logged(step, log=log, environment=environment, on_progress=lambda _: None)
    figures = {name: figures_at(folder / place) for name, place in run.tests}
    note = {"digest": run.digest, "figures": figures}
    with replaced_when_whole(folder / MADE) as unfinished:
        unfinished.write_text(json.dumps(note, indent=2) + "\n")


def commands_of(run: Run, out: Path, data: Path) -> list[list[str]]:
    return [
        [part.replace("{out}", str(out)).replace("{data}", str(data)) for part in command]
        for command in run.commands
    ]


def figures_of(run: Run, out: Path) -> Figures | None:
    """Return the figures of a run that is done as it stands now: test -> name -> value."""
    note = out / run.folder / MADE
    content = json.loads(note.read_text()) if note.is_file() else {}
    return content["figures"] if content.get("digest") == run.digest else None


def figures_at(place: Path) -> dict[str, float]:
    """Read the figures of a test, or of all conditions of an evaluation."""
    if place.suffix != ".json":
        return metrics_of(place)
    conditions = json.loads(place.read_text())["metrics"]
    return {key: value for figures in conditions.values() for key, value in figures.items()}


if __name__ == "__main__":
    main()
