"""Are two objects of one category told apart by the sound? Measured on synthetic clips.

    python -m avs_mm.experiments.instances work_dirs/mini_pretrain

Takes a stage 1 of the mini set. It has never seen two objects of a category and gives them one
mask, which is cut into its connected parts; or, with ``--steps 80``, it is tuned on pictures in
which they are labelled apart. Of the two objects of a clip one sounds (``avs_mm.mini.twins``).
Which category sounds is given; which of the two is not known to anything that was trained.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.structures import PixelData
from pycocotools import mask as coco_mask
from rich.progress import track

from avs_mm.apis.arrays_as_loaded import as_loaded
from avs_mm.apis.encoded_frames import EncodedFrame, encode_frames
from avs_mm.apis.frame import AVSObject, Frame
from avs_mm.apis.inferencer import AVSInferencer
from avs_mm.apis.instances_in_sync import synchrony_of_objects, tell_instances_apart
from avs_mm.datasets.category_maps import BACKGROUND
from avs_mm.evaluation.functional.average_precision import (
    SoundingDetections,
    mean_average_precision,
)
from avs_mm.mini.twins import SILENT, SOUNDING, TwinClip, draw_twin_clip, draw_twin_picture
from avs_mm.rle import encode_rle
from avs_mm.tracking import MotionMeter, Tracker

__all__ = ["Pictures", "judge_clip", "judge_picture", "main"]

LEAST_IOU = 0.5
LEAST_PART = 0.2  # of a mask
TUNING_SEED = 1000  # its pictures are no clip's


@dataclass
class Pictures:
    """What was found in some pictures, one entry each.

    Attributes:
        both: Whether stage 1 has a mask of either object.
        right: Whether the one that sounds is marked, and the other is not.
        detections: Of the average precision.
    """

    both: list[bool]
    right: list[bool]
    detections: list[SoundingDetections]

    def row(self) -> tuple[float, float, float, float]:
        """Return AP50, ``both``, ``right``, and ``right`` where both were found."""
        both, right = np.array(self.both), np.array(self.right)
        of_both = right[both].mean() if both.any() else float("nan")
        return mean_average_precision(self.detections), both.mean(), right.mean(), of_both


def judge_clip(inferencer: AVSInferencer, clip: TwinClip, pictures: dict[str, Pictures]) -> None:
    """Add a clip's pictures under either way to tell instances apart."""
    due = ((time, image, True) for time, image in zip(clip.times, clip.frames, strict=True))
    encoded = list(encode_frames(inferencer, due, Tracker(), meter=MotionMeter()))
    frames = [_all_sounding(inferencer, frame, clip.category) for frame in encoded]
    told = tell_instances_apart(frames, synchrony_of_objects(encoded, clip.sound))
    for way, judged in (("category", frames), ("synchrony", told)):
        for frame, labels in zip(judged, clip.labels, strict=True):
            judge_picture(frame, labels, clip.category, pictures[way])


def _all_sounding(inferencer: AVSInferencer, frame: EncodedFrame, category: int) -> Frame:
    """Let all of the category sound: the sound's category is given."""
    objects = [
        AVSObject(
            id=frame.ids[index],
            category=inferencer.classes[category],
            rle=frame.rles[index],
            visual_score=float(frame.scores[index]),
            audio_score=1.0,
            sounding=True,
            label=category,
        )
        for index in np.flatnonzero(frame.labels == category)
    ]
    return Frame(time=frame.time, size=frame.size, objects=objects)


def judge_picture(frame: Frame, labels: np.ndarray, category: int, pictures: Pictures) -> None:
    """Add a picture.

    Args:
        frame: Its objects, all of the category.
        labels: (H, W): 0, ``SOUNDING`` or ``SILENT``.
        category: Of both.
        pictures: To which it is added.
    """
    truth = encode_rle(np.stack([labels == which for which in (SOUNDING, SILENT)]))
    found = frame.objects
    rles = [one.rle for one in found]
    overlaps = coco_mask.iou(rles, truth, [0, 0]) if found else np.zeros((0, 2))  # (n, 2)
    hits = overlaps > LEAST_IOU  # so no mask is that of both
    marked = np.array([one.sounding for one in found], bool)
    only_right = (overlaps[marked, 0] > overlaps[marked, 1]).all()
    pictures.both.append(bool(hits.any(axis=0).all()))
    pictures.right.append(bool(hits[marked, 0].any() and only_right))
    scores = np.array([one.audio_score for one in found], float)
    first = np.zeros(len(found), bool)
    if hits[:, 0].any():
        first[np.where(hits[:, 0], scores, -1).argmax()] = True
    pictures.detections.append(
        SoundingDetections(
            labels=np.full(len(found), category),
            audio_scores=scores,
            scores=np.array([one.visual_score for one in found], float),
            right=first,
            categories=np.array([category]),
        )
    )


def measure(inferencer: AVSInferencer, *, seed: int, clips: int) -> dict[str, Pictures]:
    """Judge the first clips of a seed."""
    pictures = {way: Pictures([], [], []) for way in ("category", "synchrony")}
    for index in range(clips):
        judge_clip(inferencer, draw_twin_clip(seed, index), pictures)
    return pictures


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
    parser.add_argument("stage1", type=Path, help="work dir of a stage 1 of the mini set")
    parser.add_argument("--clips", type=int, default=10, help="clips a seed, of 30 pictures each")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=0, help="of tuning; 0: connected parts")
    args = parser.parse_args()
    torch.set_num_threads(1)
    inferencer = AVSInferencer(args.stage1, device="cpu", batch_size=30)
    inferencer.model.candidates_per_category = 2
    if args.steps:
        tune(inferencer, steps=args.steps)
    else:
        inferencer.model.split_parts = LEAST_PART
    print("| instances by | seed | AP50 | both found | right one marked | where both were found |")
    print("|---|---|---|---|---|---|")
    for seed in args.seeds:
        for way, found in measure(inferencer, seed=seed, clips=args.clips).items():
            row = " | ".join(f"{value:.3f}" for value in found.row())
            print(f"| {way} | {seed} | {row} |", flush=True)


if __name__ == "__main__":
    main()
