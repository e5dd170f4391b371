"""Run the whole method on the drawn data set: both stages trained, tested and shown.

    python tools/demo.py --out work_dirs/demo

Writes OUT/summary.json (the figures), OUT/report.html (pictures) and OUT/demo.mp4 (with sound).
Every step is one of the tools, and what it prints goes to OUT/logs. A second run trains anew on the
same data.
"""

import argparse
import json
import shutil
import sys
import time
from pathlib import Path

from avs_mm.experiments.steps import Step, StepError, progress_bar
from rich.console import Console

from avs_mm.whole_file import replaced_when_whole

RESULTS = ("summary.json", "report.html", "demo.mp4")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/demo"))
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    args = parser.parse_args()
    out = args.out.resolve()

    started = time.monotonic()
    clear(out)
    steps = steps_of_demo(out, args.data.resolve())
    try:
        with progress_bar(steps, logs=out / "logs", AVS_MINI=str(args.data.resolve())) as run:
            for step in steps[:-1]:
                run(step)
            figures = figures_of(out / "runs")
            write_json(figures, out / "runs" / "figures.json")
            run(steps[-1])  # the report shows the figures
    except StepError as error:
        sys.exit(f"demo: {error}")

    summary = {**figures, "seconds": round(time.monotonic() - started, 1)}
    write_json(summary, out / "summary.json")
    Console().print_json(data=summary)
    print("\n".join(str(args.out / name) for name in RESULTS))


def clear(out: Path) -> None:
    """Remove an earlier run's results, so that none is taken for this one's if it fails."""
    for name in RESULTS:
        (out / name).unlink(missing_ok=True)
    for folder in (out / "runs", out / "logs"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)


def steps_of_demo(out: Path, data: Path) -> list[Step]:
    """List the steps, with the seconds each is expected to take on two CPU cores.

    Where a tool takes a checkpoint it gets the work dir of the training, and picks the best one.
    """
    runs = out / "runs"
    config = {name: f"configs/mini/{name}.py" for name in ("pretrain", "seg", "avsc")}

    def train(name: str, *options: str) -> list[str]:
        command = ["tools/train.py", config[name], "--work-dir", str(runs / name)]
        return [*command, "--cfg-options", *options] if options else command

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
    model = ["--config", config["avsc"], "--checkpoint", str(runs / "avsc")]
    scenes = str(runs / "scenes.mp4")
    video = ["tools/segment_video.py", scenes, *model, "-o", str(out / "demo.mp4")]
    shown = ["--data", str(data), "--figures", str(runs / "figures.json"), "--video", "demo.mp4"]
    report = ["tools/demo_report.py", *model, *shown, "-o", str(out / "report.html")]
    return [
        Step("data", "drawing the data set", 45, ["tools/make_mini.py", "--out", str(data)]),
        Step("pretrain", "stage 1 learns all objects", 300, train("pretrain")),
        Step("seg", "stage 1 learns what may sound", 125, train("seg", after_pretrain)),
        Step("avsc", "stage 2 learns what sounds", 130, train("avsc", after_seg), one_thread=True),
        Step("test-s4", "testing on single sources", 30, evaluate("s4", "Single-source")),
        Step("test-ms3", "testing on several sources", 22, evaluate("ms3", "Multi-sources")),
        Step("scenes", "drawing a video", 4, ["tools/demo_scenes.py", "--out", scenes]),
        Step("video", "segmenting the video", 12, video),
        Step("report", "writing the report", 7, report),
    ]


def figures_of(runs: Path) -> dict[str, dict[str, float]]:
    """Collect the summary's figures from the two evaluations."""
    single, several = (
        json.loads((runs / f"test-{subset}" / "results.json").read_text())["metrics"]
        for subset in ("s4", "ms3")
    )
    names = ("sounding_recall", "silent_recall", "masks_of_nothing", "I_per_frame")
    return {
        "stage1": {name: single["original"][f"candidates/{name}"] for name in names},
        "stage2": stage2_figures(single),
        "stage2_ms3": {
            **stage2_figures(several),
            "all_tracks_right": several["original"]["tracks/all_right"],
        },
    }


def stage2_figures(metrics: dict[str, dict[str, float]]) -> dict[str, float]:
    return {
        "J": metrics["original"]["avs/J"],
        "F": metrics["original"]["avs/F"],
        "J_of_a_perfect_ear": metrics["original"]["candidates/oracle_J"],
        "RA_silent": metrics["silence"]["audio/RA_silence"],
        "RA_unmatched": metrics["unmatched"]["audio/RA_unmatched"],
    }


def write_json(content: dict, path: Path) -> None:
    with replaced_when_whole(path) as temporary:
        temporary.write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
