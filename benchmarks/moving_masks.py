"""Whether masks that optical flow moves agree better with true ones than masks that stay.

    python benchmarks/moving_masks.py --root data/AVSBench-object/Single-source --clips davis_

Of every five frames of a clip with five masks, the first, third and fifth are taken as segmented,
the second and fourth get the masks of the frame before them: as they are, which is what --carry
does, or moved by the flow between the two frames, which is what --flow does. The
score is the IoU with the true mask. The frames should be less than half a second apart.
"""

import argparse
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from avs_mm.apis.moved_masks import move_masks
from avs_mm.datasets.avsbench_layout import list_clips
from avs_mm.datasets.category_maps import open_image


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    return float((one & other).sum() / max(1, (one | other).sum()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, required=True, help="of S4, the folder with its csv")
    parser.add_argument("--split", default="test")
    parser.add_argument("--clips", default="", help="how the names of the clips begin")
    args = parser.parse_args()

    stay, move, seconds = defaultdict(list), defaultdict(list), []
    for clip in list_clips("s4", args.root, args.split):
        if not clip.name.startswith(args.clips):
            continue
        images = [np.asarray(open_image(str(frame.image)).convert("RGB")) for frame in clip.frames]
        masks = [np.asarray(open_image(str(frame.mask)).convert("L")) > 0 for frame in clip.frames]
        for place in (1, 3):
            before, truth = masks[place - 1], masks[place]
            stay[clip.name].append(overlap(before, truth))
            start = time.process_time()
            (moved,) = move_masks(before[None], images[place - 1], images[place])
            seconds.append(time.process_time() - start)
            move[clip.name].append(overlap(moved, truth))
    means = [[np.mean(scores[name]) for name in stay] for scores in (stay, move)]
    print(f"{'':24} {'as they are':>12} {'moved':>12}")
    for name, *row in zip(stay, *means, strict=True):
        print(f"{name:24} {row[0]:12.3f} {row[1]:12.3f}")
    print(f"{'mean':24} {np.mean(means[0]):12.3f} {np.mean(means[1]):12.3f}")
    print(f"{1e3 * np.mean(seconds):.1f} ms of computing a frame")


if __name__ == "__main__":
    main()
