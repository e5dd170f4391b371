"""Are two objects of one category told apart by the sound? Measured on synthetic clips.

    python -m avs_mm.experiments.instances work_dirs/mini_pretrain

Takes a stage of the mini set. Stage 1 has never seen two objects of a category and gives them one
mask, which is cut into its connected parts; or, with ``--steps 80``, it is tuned on pictures in
which they are labelled apart. Of the two objects of a clip one sounds (``avs_mm.mini.twins``).
Which category sounds is given; which of the two is not known to anything that was trained. A
stage 2 has a third row: its own audio scores say which category sounds.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.structures import PixelData
from rich.progress import track

from avs_mm.apis.arrays_as_loaded import as_loaded
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.experiments.twin_clips import (
    Pictures,
    expect_two,
    judge_clips,
    judged_by_every_way,
)
from avs_mm.mini.twins import draw_twin_clip, draw_twin_picture

__all__ = ["main", "measure"]

TUNING_SEED = 1000  # its pictures are no clip's


def measure(inferencer: AVSInferencer, *, seed: int, clips: int) -> dict[str, Pictures]:
    """Judge the first clips of a seed."""
    drawn = [draw_twin_clip(seed, index) for index in range(clips)]
    return judge_clips(drawn, [judged_by_every_way(inferencer, clip) for clip in drawn])


def tune(inferencer: AVSInferencer, *, steps: int, batch: int = 16, pictures: int = 320) -> None:
    """Tune stage 1 on pictures of two objects a category, each with a mask of its own."""
    model = inferencer.model.train()
    drawn = [draw_twin_picture(TUNING_SEED, index) for index in range(pictures)]
    random = np.random.default_rng(TUNING_SEED)
    torch.manual_seed(TUNING_SEED)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-4, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in track(range(steps), "Tuning"):
        chosen = [drawn[index] for index in random.choice(pictures, batch, replace=False)]
        packed = [
            _labelled(inferencer, *picture, flip=bool(random.integers(2))) for picture in chosen
        ]
        data = model.data_preprocessor(pseudo_collate(packed), True)
        losses = model.loss(data["inputs"], data["data_samples"])
        total, _ = model.parse_losses(losses)
        optimizer.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    model.eval()


def _labelled(
    inferencer: AVSInferencer, category: int, image: np.ndarray, labels: np.ndarray, *, flip: bool
) -> dict:
    """Prepare a picture as the inferencer does, with its category map and its instances."""
    if flip:
        image, labels = image[:, ::-1], labels[:, ::-1]
    packed = inferencer.pipeline(as_loaded(np.ascontiguousarray(image), None, num_samples=0))
    height, width = packed["inputs"]["img"].shape[-2:]
    small = cv2.resize(
        np.ascontiguousarray(labels), (width, height), interpolation=cv2.INTER_NEAREST
    )
    instances = torch.from_numpy(small.astype(np.int64))[None]
    sample = packed["data_samples"]
    sample.gt_sem_seg = PixelData(data=torch.where(instances > 0, category, BACKGROUND))
    sample.gt_instance_map = PixelData(data=instances)
    return packed


def main() -> None:
    """Print a table of the seeds."""
    parser = argparse.ArgumentParser(
        prog="python -m avs_mm.experiments.instances",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("model", type=Path, help="work dir of a stage of the mini set")
    parser.add_argument("--clips", type=int, default=10, help="clips a seed, of 30 pictures each")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=0, help="of tuning; 0: connected parts")
    args = parser.parse_args()
    torch.set_num_threads(1)
    inferencer = AVSInferencer(args.model, device="cpu", batch_size=30)
    expect_two(inferencer, split=not args.steps)
    if args.steps:
        if inferencer.uses_sound:
            parser.error(f"--steps tunes a stage 1, and {args.model} is a stage 2; leave it out")
        tune(inferencer, steps=args.steps)
    print("| instances by | seed | AP50 | both found | right one marked | where both were found |")
    print("|---|---|---|---|---|---|")
    for seed in args.seeds:
        for way, found in measure(inferencer, seed=seed, clips=args.clips).items():
            row = " | ".join(f"{value:.3f}" for value in found.row())
            print(f"| {way} | {seed} | {row} |", flush=True)


if __name__ == "__main__":
    main()
