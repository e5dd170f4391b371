"""How many times faster ``f_curve`` is than the official loop over 255 thresholds, in one run.

    python benchmarks/f_curve.py [--frames 20] [--size 224] [--device cpu] [--repeats 5]

Both run by turns on the same frames and with the same number of threads.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from figures import write_figures
from torch import Tensor

from avs_mm.evaluation.functional import f_curve, f_thresholds


def loop_over_thresholds(prob: Tensor, mask: Tensor) -> Tensor:
    """The F curves ``(N, 255)`` as the official code takes them, frame by frame."""
    curves = []
    for p, m in zip(prob, mask.float(), strict=True):
        precision = torch.zeros(255, device=prob.device)
        recall = torch.zeros(255, device=prob.device)
        for index, threshold in enumerate(f_thresholds(prob.device)):
            predicted = (p >= threshold).float()
            true_positives = (predicted * m).sum()
            precision[index] = true_positives / (predicted.sum() + 1e-20)
            recall[index] = true_positives / (m.sum() + 1e-20)
        f = 1.3 * precision * recall / (0.3 * precision + recall)
        curves.append(f.nan_to_num(nan=0.0))
    return torch.stack(curves)


def seconds(function: Callable[[], object], device: str) -> float:
    start = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--size", type=int, default=224, help="height and width in pixels")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()

    generator = torch.Generator().manual_seed(0)
    shape = (args.frames, args.size, args.size)
    mask = (torch.rand(shape, generator=generator) > 0.7).to(torch.uint8)
    prob = torch.sigmoid(3 * torch.randn(shape, generator=generator) + 2 * mask - 1)
    prob, mask = prob.to(args.device), mask.to(args.device)

    difference = (f_curve(prob, mask) - loop_over_thresholds(prob, mask)).abs().max().item()
    slow, fast = [], []
    for _ in range(args.repeats):
        slow.append(seconds(lambda: loop_over_thresholds(prob, mask), args.device))
        fast += [seconds(lambda: f_curve(prob, mask), args.device) for _ in range(20)]

    print(
        f"{args.frames} frames {args.size}x{args.size}, {args.device}, torch {torch.__version__},"
    )
    print(f"{torch.get_num_threads()} thread(s), {len(slow)} and {len(fast)} runs by turns")
    print(f"{'':26}{'median':>10}  {'fastest':>10}")
    for name, times in (("loop over 255 thresholds", slow), ("f_curve", fast)):
        print(f"{name:26}{1e3 * statistics.median(times):7.2f} ms  {1e3 * min(times):7.2f} ms")
    median_ratio = statistics.median(slow) / statistics.median(fast)
    print(f"{'ratio':26}{median_ratio:9.0f}x  {min(slow) / min(fast):9.0f}x")
    print(f"largest difference        {difference:.1e}")
    row = {"what": "F over 255 thresholds, beside the official loop", "speed-up": median_ratio}
    write_figures(args.json, "F", [row])


if __name__ == "__main__":
    main()
