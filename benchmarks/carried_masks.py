"""How much faster a video is when masks are carried between segmented frames, and how alike.

    python benchmarks/carried_masks.py dog.mp4 --model WORK_DIR --every 0.2 0.5

Seconds are those of the CPU, which other programs do not lengthen; on a GPU those of the clock.
Agreement is the mean IoU, over the frames, of what sounds with that of the full computation; two
frames in which nothing sounds agree fully.
"""

import argparse
import time
from itertools import product

import numpy as np
import torch

from avs_mm.apis import AVSInferencer, Frame
from avs_mm.apis.encoded_frames import Carry
from avs_mm.cli.inputs import load_model

CARRIES: tuple[Carry, ...] = (True, "flow")


def segmented(
    inferencer: AVSInferencer, video: str, every: float | None, carry: Carry = False
) -> tuple[float, list]:
    """Return the seconds it took, and of each frame what sounds, bool (H, W)."""
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    start = clock()
    frames = list(inferencer.stream(video, every=every, carry=carry))
    return clock() - start, [union(frame) for frame in frames]


def union(frame: Frame) -> np.ndarray:
    painted = np.zeros(frame.size, bool)
    for found in frame.sounding:
        painted |= found.mask
    return painted


def agreement(first: list[np.ndarray], second: list[np.ndarray]) -> float:
    scores = []
    for one, other in zip(first, second, strict=True):
        either = (one | other).sum()
        scores.append((one & other).sum() / either if either else 1.0)
    return float(np.mean(scores))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("videos", nargs="+")
    parser.add_argument("--model", required=True, help="as of avs-mm segment")
    parser.add_argument("--every", type=float, nargs="+", default=[0.2, 0.5])
    parser.add_argument("--device")
    args = parser.parse_args()
    inferencer = load_model(args.model, device=args.device)
    for video in args.videos:
        segmented(inferencer, video, 1.0)  # what is built at the first call is not timed
        seconds, full = segmented(inferencer, video, None)
        print(f"{video}: {len(full)} frames, {len(full) / seconds:.2f} a second")
        for every, carry in product(args.every, CARRIES):
            taken, carried = segmented(inferencer, video, every, carry)
            print(
                f"  every {every} s, carry={carry}: {len(full) / taken:.2f} frames a second, "
                f"{seconds / taken:.1f} times as fast, agreement {agreement(full, carried):.3f}"
            )


if __name__ == "__main__":
    main()
