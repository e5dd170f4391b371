"""One training of both stages with its evaluations: the steps, and what they have measured."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, pstdev

from avs_mm.evaluation import check_metric_keys
from avs_mm.evaluation.functional import global_score
from avs_mm.experiments.steps import Step

__all__ = ["Trial", "mean_and_std", "ms3_metrics", "s4_metrics", "trial_steps"]

SEG, AVSC = "configs/real/seg.py", "configs/real/avsc.py"
SCENE = "(.*)_(?:both|first|second)$"  # one scene of MS3 has three tracks
CONDITIONS = ("silence", "noise", "unmatched", "offscreen")


@dataclass(frozen=True)
class Trial:
    """A seed on the given split, or a fold.

    ``data`` is the folder for AVS_REAL; ``inner`` and ``held_out``, of a fold, are those with the
    clips to validate and to test on, all of split "train".
    """

    name: str
    seed: int
    data: Path
    inner: Path | None = None
    held_out: Path | None = None


def trial_steps(trial: Trial, out: Path) -> list[Step]:
    """List the steps of a trial, in the order in which they must run."""
    folder = out / trial.name
    val = _options("val_dataloader", trial.inner, "Single-source")
    seeded = [f"randomness.seed={trial.seed}", *val]
    stage1 = [f"model.stage1={folder / 'seg'}"]

    def train(name: str, config: str, *options: str) -> Step:
        command = ["tools/train.py", config, "--work-dir", str(folder / name), "--resume"]
        step = f"{trial.name}-{name}"
        return Step(step, step, 600, [*command, "--cfg-options", *seeded, *options], True)

    def evaluate(subset: str, place: str) -> Step:
        command = ["tools/evaluate.py", AVSC, str(folder / "avsc")]
        # So few scenes of MS3 may leave none whose sound is unmatched.
        conditions = CONDITIONS if subset == "s4" else ("silence",)
        command += ["--conditions", *conditions, "--out", str(folder / f"test-{subset}")]
        options = _options("test_dataloader", trial.held_out or trial.data, place)
        if trial.held_out is None:
            options.pop()  # the split: it is "test"
        if subset == "ms3":
            semantic = (trial.held_out or trial.data) / "AVSBench-semantic"
            options += ["test_dataloader.dataset.subset=ms3"]
            options += [f"test_dataloader.dataset.semantic_root={semantic}"]
            options += [f"test_dataloader.dataset.scene_pattern={SCENE}"]
        step = f"{trial.name}-test-{subset}"
        return Step(step, step, 60, [*command, "--cfg-options", *options], True)

    return [
        train("seg", SEG),
        train("avsc", AVSC, *stage1),
        evaluate("s4", "Single-source"),
        evaluate("ms3", "Multi-sources"),
    ]


def _options(loader: str, root: Path | None, place: str) -> list[str]:
    if root is None:
        return []
    return [
        f"{loader}.dataset.data_root={root / 'AVSBench-object' / place}",
        f"{loader}.dataset.split=train",
    ]


def s4_metrics(folder: Path) -> dict[str, float]:
    """Read the metrics of the single sources from a trial's folder.

    Raises:
        ValueError: They are of an older version of this package.
    """
    metrics = _metrics_at(folder / "test-s4" / "results.json")
    own = metrics["original"]
    empty = {name: metrics[name][f"audio/RA_{name}"] for name in CONDITIONS}
    chosen_by = mean(empty[name] for name in ("silence", "noise", "unmatched"))
    return {
        "J": own["avs/J"],
        "F": own["avs/F"],
        "oracle_J": own["candidates/oracle_J"],
        **{f"RA_{name}": value for name, value in empty.items()},
        "G_J": global_score(own["avs/J"], 1 - chosen_by),
    }


def ms3_metrics(folder: Path) -> dict[str, float]:
    """Read the metrics of several sources; without pictures of several tracks, J alone."""
    own = _metrics_at(folder / "test-ms3" / "results.json")["original"]
    tracks = own.get("tracks/all_right")
    return {"J": own["avs/J"]} | ({} if tracks is None else {"all_tracks_right": tracks})


def mean_and_std(metrics: list[dict[str, float]]) -> dict[str, float]:
    """Average metrics over trials, each with its standard deviation as ``NAME_std``."""
    summary = {}
    for name in metrics[0]:
        values = [one[name] for one in metrics if name in one]
        summary[name] = mean(values)
        summary[f"{name}_std"] = pstdev(values)
    return summary


def _metrics_at(path: Path) -> dict[str, dict[str, float]]:
    metrics = json.loads(path.read_text())["metrics"]
    check_metric_keys(metrics, path)
    return metrics
