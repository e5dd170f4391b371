"""Run the whole method on the synthetic data set: both stages trained, tested and shown.

    python -m avs_mm.experiments.demo --out work_dirs/demo

Writes OUT/summary.json (the metrics), OUT/report.html (images) and OUT/demo.mp4 (with sound).
Every step is one of the tools, and what it prints goes to OUT/logs. A second run trains anew on the
same data.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from rich.console import Console

from avs_mm.experiments.demo import pipeline
from avs_mm.experiments.steps import StepError, progress_bar
from avs_mm.output_file import write_json


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, default=Path("work_dirs/demo"))
    parser.add_argument("--data", type=Path, default=Path("data/mini"), help="the mini data set")
    args = parser.parse_args()
    out, data = args.out.resolve(), args.data.resolve()

    started = time.monotonic()
    pipeline.clear(out)
    steps = pipeline.demo_steps(out, data)
    try:
        with progress_bar(steps, logs=out / "logs", AVS_MINI=str(data)) as run:
            for step in steps[:-1]:
                run(step)
            written = out / "runs" / "metrics.json"
            write_json(written, pipeline.summary_metrics(out / "runs"))
            run(steps[-1])  # the report shows the metrics, and adds those of its clips
    except StepError as error:
        sys.exit(f"demo: {error}")

    metrics = json.loads(written.read_text())
    summary = {**metrics, "seconds": round(time.monotonic() - started, 1)}
    write_json(out / "summary.json", summary)
    Console().print_json(data=summary)
    print("\n".join(str(args.out / name) for name in pipeline.RESULTS))


if __name__ == "__main__":
    main()
