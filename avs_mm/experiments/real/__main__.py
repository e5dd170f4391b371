"""Train and evaluate both stages on the real images and sounds of $AVS_REAL.

    AVS_REAL=FOLDER python -m avs_mm.experiments.real --out work_dirs/real
    AVS_REAL=FOLDER python -m avs_mm.experiments.real --out work_dirs/real --folds

Three seeds on the given split, or the folds of a cross-validation. What is done stays: a second run
goes on where the first one stopped. Writes OUT/summary.json.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from avs_mm.experiments.real.folds import assign_folds, list_fold_clips, write_fold
from avs_mm.experiments.real.trial import (
    Trial,
    mean_and_std,
    ms3_metrics,
    s4_metrics,
    trial_steps,
)
from avs_mm.experiments.steps import StepError, progress_bar
from avs_mm.output_file import write_json

FOLDERS = (
    "AVSBench-object/Single-source",
    "AVSBench-object/Multi-sources",
    "AVSBench-semantic",
    "offscreen_audio",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.real",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/real"))
    parser.add_argument("--seeds", type=int, default=3, help="trainings on the given split")
    parser.add_argument("--folds", action="store_true", help="three folds in place of the seeds")
    args = parser.parse_args()
    try:
        root, out = real_data(), args.out.resolve()
        trials = fold_trials(root, out) if args.folds else seed_trials(root, args.seeds)
        for trial in trials:
            run_trial(trial, out)
    except (OSError, ValueError, StepError) as error:
        sys.exit(f"real: {error}")
    summary = summarise(out)
    write_json(out / "summary.json", summary)
    Console().print_json(data=summary)


def real_data() -> Path:
    """Return the folder of $AVS_REAL.

    Raises:
        FileNotFoundError: It is not set, or a folder in it is missing.
    """
    folder = os.environ.get("AVS_REAL")
    if not folder:
        raise FileNotFoundError(
            "AVS_REAL is not set: give it the folder that holds " + ", ".join(FOLDERS)
        )
    missing = [name for name in FOLDERS if not Path(folder, name).is_dir()]
    if missing:
        raise FileNotFoundError(
            f"AVS_REAL={folder} lacks {', '.join(missing)}: give it a folder in the layout of "
            "docs/data.md, with a folder offscreen_audio"
        )
    return Path(folder).resolve()


def seed_trials(root: Path, seeds: int) -> list[Trial]:
    """One trial a seed, on the given split."""
    return [Trial(f"seed{seed}", seed, root) for seed in range(seeds)]


def fold_trials(root: Path, out: Path, folds: int = 3) -> list[Trial]:
    """One trial a fold; a quarter of its training clips chooses epoch and threshold."""
    clips = list_fold_clips(root)
    fold_of = assign_folds(clips, folds=folds)
    inner_of = assign_folds(clips, folds=4, seed=1)
    trials = []
    for fold in range(folds):
        parts = [
            "held_out" if own == fold else "inner" if inner == fold else "train"
            for own, inner in zip(fold_of, inner_of, strict=True)
        ]
        data = out / "folds" / str(fold)
        write_fold(root, clips, parts, data)
        train, inner_data, held_out = (data / part for part in ("train", "inner", "held_out"))
        trials.append(Trial(f"fold{fold}", 0, train, inner_data, held_out))
    return trials


def run_trial(trial: Trial, out: Path) -> None:
    """Run the steps of a trial that are not done.

    Raises:
        StepError: One of them has failed.
    """
    done = out / trial.name / "done.json"
    logs = out / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    seconds = json.loads(done.read_text()) if done.is_file() else {}
    steps = [step for step in trial_steps(trial, out) if step.name not in seconds]
    if not steps:
        return
    with progress_bar(steps, logs=logs, AVS_REAL=str(trial.data)) as run:
        for step in steps:
            started = time.monotonic()
            run(step)
            seconds[step.name] = round(time.monotonic() - started, 1)
            write_json(done, seconds)


def summarise(out: Path) -> dict:
    """Collect what all finished trials have measured."""
    finished = [path.parent for path in sorted(out.glob("*/done.json"))]
    finished = [folder for folder in finished if (folder / "test-ms3" / "results.json").is_file()]
    seeds = [folder for folder in finished if folder.name.startswith("seed")]
    folds = [folder for folder in finished if folder.name.startswith("fold")]
    seconds = [sum(json.loads((one / "done.json").read_text()).values()) for one in finished]
    summary: dict = {"seeds": len(seeds), "seconds": round(sum(seconds), 1)}
    if seeds:
        summary["s4"] = mean_and_std([s4_metrics(folder) for folder in seeds])
        summary["ms3"] = mean_and_std([ms3_metrics(folder) for folder in seeds])
    if folds:
        summary["folds"] = mean_and_std([s4_metrics(folder) for folder in folds])
    return summary


if __name__ == "__main__":
    main()
