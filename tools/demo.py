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

from demo_steps import Step, StepError, metrics_of, progress_bar
from rich.console import Console

RESULTS = ("summary.json", "report.html", "demo.mp4")
LISTENING = "avs_mm.AudioSensitivityMetric"


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

    def test(name: str, work_dir: str, *options: str) -> list[str]:
        command = ["tools/test.py", config[name], str(runs / name)]
        command += ["--work-dir", str(runs / work_dir)]
        return [*command, "--cfg-options", *options] if options else command

    def test_under(audio: str) -> list[str]:
        options = f"test_dataloader.dataset.audio={audio}", "test_evaluator.0.type=" + LISTENING
        return test("avsc", f"test-{audio}", *options)

    after_pretrain = f"model.initial_weights={runs / 'pretrain'}"
    after_seg = f"model.stage1={runs / 'seg'}"
    model = ["--config", config["avsc"], "--checkpoint", str(runs / "avsc")]
    scenes = str(runs / "scenes.mp4")
    video = ["tools/segment_video.py", scenes, *model, "-o", str(out / "demo.mp4")]
    shown = ["--data", str(data), "--figures", str(runs / "figures.json"), "--video", "demo.mp4"]
    report = ["tools/demo_report.py", *model, *shown, "-o", str(out / "report.html")]
    return [
        Step("data", "drawing the data set", 45, ["tools/make_mini.py", "--out", str(data)]),
        Step("pretrain", "stage 1 learns all objects", 175, train("pretrain")),
        Step("seg", "stage 1 learns what may sound", 62, train("seg", after_pretrain)),
        Step("avsc", "stage 2 learns what sounds", 165, train("avsc", after_seg)),
        Step("test-seg", "testing the candidates", 12, test("seg", "test-seg")),
        Step("test-avsc", "testing with the sound", 13, test("avsc", "test-avsc")),
        Step("test-silence", "testing with silence", 12, test_under("silence")),
        Step("test-unmatched", "testing with other sounds", 14, test_under("unmatched")),
        Step("scenes", "drawing a video", 4, ["tools/demo_scenes.py", "--out", scenes]),
        Step("video", "segmenting the video", 12, video),
        Step("report", "writing the report", 7, report),
    ]


def figures_of(runs: Path) -> dict[str, dict[str, float]]:
    """Collect the summary's figures from the four tests."""
    candidates = metrics_of(runs / "test-seg")
    original, silence, unmatched = (
        metrics_of(runs / f"test-{name}") for name in ("avsc", "silence", "unmatched")
    )
    names = ("sounding_recall", "silent_recall", "masks_of_nothing", "I_per_frame")
    return {
        "stage1": {name: candidates[f"candidates/{name}"] for name in names},
        "stage2": {
            "J": original["avs/J"],
            "F": original["avs/F"],
            "RA_silent": silence["audio/RA_silence"],
            "RA_unmatched": unmatched["audio/RA_unmatched"],
        },
    }


def write_json(content: dict, path: Path) -> None:
    temporary = path.with_name(f".{path.name}")
    temporary.write_text(json.dumps(content, indent=2) + "\n")
    temporary.replace(path)


if __name__ == "__main__":
    main()
