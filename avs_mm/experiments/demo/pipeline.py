"""The steps of the demo, what they leave behind, and the metrics of its summary."""

import json
import shutil
from pathlib import Path

import torch

from avs_mm.evaluation import check_metric_keys
from avs_mm.experiments.steps import Step

__all__ = ["RESULTS", "clear", "demo_steps", "summary_metrics"]

RESULTS = ("summary.json", "report.html", "demo.mp4")
PACKAGE = "avs_mm.experiments.demo"
BATCH_SIZE = 16  # of configs/mini


def clear(out: Path) -> None:
    """Remove an earlier run's results, so that none is taken for this one's if it fails."""
    for name in RESULTS:
        (out / name).unlink(missing_ok=True)
    for folder in (out / "runs", out / "logs"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


def demo_steps(out: Path, data: Path) -> list[Step]:
    """List the steps, with the seconds each is expected to take on two CPU cores.

    Where a tool takes a checkpoint it gets the work dir of the training, and picks the best one.
    The trainings save the best and the last epoch alone: a demo that is interrupted starts anew.
    """
    runs = out / "runs"
    config = {name: f"configs/mini/{name}.py" for name in ("pretrain", "seg", "avsc")}

    def train(name: str, *options: str) -> list[str]:
        command = ["tools/train.py", config[name], "--work-dir", str(runs / name)]
        return [*command, "--cfg-options", *options, "default_hooks.checkpoint.interval=-1"]

    def train_on_both_cores(name: str, *options: str) -> list[str]:
        # Convolutions this small gain less by a second thread than by a second process.
        if torch.cuda.is_available():  # a GPU takes one process
            return train(name, *options)
        torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
        half_batch = f"train_dataloader.batch_size={BATCH_SIZE // 2}"
        training = train(name, *options, half_batch)
        return [*torchrun, training[0], "--launcher=pytorch", *training[1:]]

    def evaluate(subset: str, folder: str) -> list[str]:
        place = f"AVSBench-object/{folder}"
        command = ["tools/evaluate.py", config["avsc"], str(runs / "avsc")]
        command += ["--conditions", "silence", "unmatched", "--out", str(runs / f"test-{subset}")]
        dataset = dict(subset=subset, data_root=data / place, silent_root=silent / subset)
        if subset == "ms3":
            dataset["semantic_root"] = data / "AVSBench-semantic"
        options = [f"test_dataloader.dataset.{key}={value}" for key, value in dataset.items()]
        return [*command, "--cfg-options", *options]

    silent = data / "silent-objects"
    after_pretrain = f"model.initial_weights={runs / 'pretrain'}"
    after_seg = f"model.stage1={runs / 'seg'}"
    unvalidated = "train_cfg.val_begin=1000"  # no best epoch is chosen, so nobody reads it
    model = ["--config", config["avsc"], "--checkpoint", str(runs / "avsc")]
    scenes = str(runs / "scenes.mp4")
    video = ["tools/segment_video.py", scenes, *model, "-o", str(out / "demo.mp4")]
    shown = ["--data", str(data), "--metrics", str(runs / "metrics.json"), "--video", "demo.mp4"]
    report = ["-m", f"{PACKAGE}.report", *model, *shown, "-o", str(out / "report.html")]
    return [
        Step("data", "making the data set", 45, ["tools/make_mini.py", "--out", str(data)]),
        Step(
            "pretrain",
            "stage 1 learns all objects",
            195,
            train_on_both_cores("pretrain", unvalidated),
            one_thread=True,
        ),
        Step(
            "seg",
            "stage 1 learns what may sound",
            90,
            train_on_both_cores("seg", after_pretrain),
            one_thread=True,
        ),
        Step(
            "avsc",
            "stage 2 learns what sounds",
            130,
            train("avsc", after_seg, unvalidated),
            one_thread=True,
        ),
        Step("test-s4", "testing on single sources", 30, evaluate("s4", "Single-source")),
        Step("test-ms3", "testing on several sources", 22, evaluate("ms3", "Multi-sources")),
        Step("scenes", "making a video", 4, ["-m", f"{PACKAGE}.scenes", "--out", scenes]),
        Step("video", "segmenting the video", 12, video),
        Step("report", "writing the report", 11, report),
    ]


def summary_metrics(runs: Path) -> dict[str, dict[str, float]]:
    """Collect the summary's metrics from the two evaluations.

    Raises:
        ValueError: They are of an older version of this package.
    """
    single, several = (
        _metrics_at(runs / f"test-{name}" / "results.json") for name in ("s4", "ms3")
    )
    names = ("sounding_recall", "silent_recall", "false_positive_masks", "I_per_frame")
    return {
        "stage1": {name: single["original"][f"candidates/{name}"] for name in names},
        "stage2": _stage2(single),
        "stage2_ms3": {
            **_stage2(several),
            "all_tracks_right": several["original"]["tracks/all_right"],
        },
    }


def _metrics_at(path: Path) -> dict[str, dict[str, float]]:
    metrics = json.loads(path.read_text())["metrics"]
    check_metric_keys(metrics, path)
    return metrics


def _stage2(metrics: dict[str, dict[str, float]]) -> dict[str, float]:
    return {
        "J": metrics["original"]["avs/J"],
        "F": metrics["original"]["avs/F"],
        "oracle_J": metrics["original"]["candidates/oracle_J"],
        "RA_silence": metrics["silence"]["audio/RA_silence"],
        "RA_unmatched": metrics["unmatched"]["audio/RA_unmatched"],
    }
