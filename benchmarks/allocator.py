"""Time of a training step of the mini set's stage 1 under glibc's settings that make exports.

    python benchmarks/allocator.py [--batch 16] [--steps 5] [--repeats 3] [--json FILE]

glibc reads GLIBC_TUNABLES when a process starts: each of the two ways has a process of its own,
and they compute by turns. The losses are compared, and must be equal.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from timing import Times, ratios, report

MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"
GOAL = 1.0  # of the time without


def exported() -> str:
    """Return the settings that the Makefile exports."""
    found = re.search(r"^export GLIBC_TUNABLES \?= (\S+)$", MAKEFILE.read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def start(batch: int, steps: int, **environment: str) -> subprocess.Popen[str]:
    """Start a process that trains a few steps whenever it is sent a line."""
    inherited = {name: text for name, text in os.environ.items() if name != "GLIBC_TUNABLES"}
    command = [sys.executable, __file__, "--compute", "--batch", str(batch), "--steps", str(steps)]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=inherited | environment,
    )


def ask(process: subprocess.Popen[str]) -> dict[str, float]:
    """Let a process compute; return its seconds and the last loss."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


def compute(batch: int, steps: int) -> None:
    """Train on random images, a few steps a line of the standard input."""
    import torch
    from mmengine.config import Config
    from mmengine.structures import PixelData
    from mmseg.structures import SegDataSample

    from avs_mm import config_file
    from avs_mm.registry import MODELS

    torch.set_num_threads(1)
    torch.manual_seed(0)
    settings = Config.fromfile(config_file("mini/seg.py")).model
    settings.update(initial_weights=None, teacher=None)
    model = MODELS.build(settings).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
    samples = []
    for _ in range(batch):
        categories = torch.full((1, 224, 224), 255)
        categories[:, 50:150, 50:150] = torch.randint(settings.decode_head.num_classes, ())
        sample = SegDataSample(gt_sem_seg=PixelData(data=categories))
        sample.set_metainfo({"img_shape": (224, 224)})
        samples.append(sample)
    images = torch.randn(batch, 3, 224, 224)
    for _ in sys.stdin:
        clock, processor = time.perf_counter(), time.process_time()
        for _ in range(steps):
            total, _ = model.parse_losses(model.loss({"img": images}, samples))
            optimizer.zero_grad()
            total.backward()
            optimizer.step()
        seconds = {
            "clock": time.perf_counter() - clock,
            "processor": time.process_time() - processor,
        }
        print(json.dumps(seconds | {"loss": total.item()}), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--steps", type=int, default=5, help="of a run")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--compute", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    args = parser.parse_args()
    if args.compute:
        compute(args.batch, args.steps)
        return

    ways = {
        "theirs": start(args.batch, args.steps),
        "ours": start(args.batch, args.steps, GLIBC_TUNABLES=exported()),
    }
    times = {name: Times() for name in ways}
    losses: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(1 + args.repeats):  # the first is a warm-up
        for name, process in ways.items():
            answer = ask(process)
            losses[name].append(answer["loss"])
            if turn:
                times[name].clock.append(answer["clock"])
                times[name].processor.append(answer["processor"])
    for process in ways.values():
        process.communicate()
    row = {"what": "a training step under the exported settings"}
    difference = max(abs(a - b) for a, b in zip(losses["ours"], losses["theirs"], strict=True))
    row |= ratios(times["ours"], times["theirs"], goal=GOAL) | {"difference": difference}
    report(f"{args.steps} steps of {args.batch} frames", [row], json_path=args.json)


if __name__ == "__main__":
    main()
