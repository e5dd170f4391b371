"""Run what is not done yet, side by side, and keep the metrics of each run."""

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from pathlib import Path

from rich.progress import Progress

from avs_mm.evaluation import check_metric_keys
from avs_mm.experiments.ablation.runs import Run
from avs_mm.experiments.steps import Step, run_logged
from avs_mm.output_file import write_json

__all__ = ["make_data", "metrics_of_run", "run_all"]

DONE = "done.json"
Metrics = dict[str, dict[str, float]]


def make_data(data: Path, out: Path) -> None:
    """Make the mini data set, unless it is there.

    Raises:
        StepError: It cannot be made.
    """
    step = Step("data", "making the data set", 60, ["tools/make_mini.py", "--out", str(data)])
    out.mkdir(parents=True, exist_ok=True)
    run_logged(step, log=out / "data.log", environment={}, on_progress=lambda _: None)


def run_all(runs: Sequence[Run], out: Path, data: Path, workers: int | None) -> None:
    """Run side by side what is not done yet; the first failure ends it.

    Raises:
        StepError: A training or a test has failed.
        ValueError: A result is of an older version of this package.
    """
    futures: dict[str, Future] = {}
    with Progress() as bar, ThreadPoolExecutor(workers) as pool:
        task = bar.add_task("", total=len(runs))

        def finish(run: Run) -> None:
            # They stand before this one in the queue, so they are running or done.
            for needed in run.needs:
                futures[needed].result()
            if metrics_of_run(run, out) is None:
                bar.console.print(run.folder)
                _execute(run, out, data)
            bar.advance(task)

        for run in runs:
            futures[run.folder] = pool.submit(finish, run)
        done, _ = wait(futures.values(), return_when=FIRST_EXCEPTION)
        pool.shutdown(cancel_futures=True, wait=False)
        for future in done:
            future.result()


def metrics_of_run(run: Run, out: Path) -> Metrics | None:
    """Return the metrics of a run that is done with today's code and config: test -> name -> value.

    None if it is not, or was done by other code or another config.

    Raises:
        ValueError: They have the names of an older version of this package.
    """
    path = out / run.folder / DONE
    if not path.is_file():
        return None
    content = json.loads(path.read_text())
    metrics = content.get("metrics", content.get("figures", {}))  # their name in older versions
    check_metric_keys(metrics, path)
    return metrics if content.get("digest") == run.digest else None


def _execute(run: Run, out: Path, data: Path) -> None:
    """Run the commands of a run, and note its metrics as the last thing."""
    environment = {"AVS_MINI": str(data), "OMP_NUM_THREADS": "1"}
    folder = out / run.folder
    shutil.rmtree(folder, ignore_errors=True)  # what an interrupted or another run has left
    folder.mkdir(parents=True)
    for number, template in enumerate(run.commands):
        command = [
            part.replace("{out}", str(out)).replace("{data}", str(data)) for part in template
        ]
        step = Step(run.folder, f"{run.folder}: {command[0]}", 0, command)
        log = folder / f"{number}_{Path(command[0]).stem}.log"
        run_logged(step, log=log, environment=environment, on_progress=lambda _: None)
    metrics = {name: _metrics_at(folder / place) for name, place in run.tests}
    write_json(folder / DONE, {"digest": run.digest, "metrics": metrics})


def _metrics_at(place: Path) -> dict[str, float]:
    """Read the metrics of one test by mmengine's runner, or of all conditions of an evaluation."""
    if place.suffix == ".json":
        conditions = json.loads(place.read_text())["metrics"]
        return {key: value for metrics in conditions.values() for key, value in metrics.items()}
    (file,) = place.glob("*/*.json")  # <timestamp>/<timestamp>.json
    return json.loads(file.read_text())
