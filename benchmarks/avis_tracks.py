"""What tracking alone costs on AVISeg's scores: synthetic videos whose objects are known.

    python tools/make_mini.py --avis --out data/mini_avis
    python benchmarks/avis_tracks.py data/mini_avis

No network runs. The candidates are the annotated objects, a tenth of them missed, masks a little
too large or too small; a silent object is not found at all. avs_mm.tracking joins them to tracks.
"""

import argparse
from pathlib import Path

import cv2
import numpy as np
import torch
from pycocotools import mask as coco_mask

from avs_mm.datasets import AVISDataset
from avs_mm.datasets.avis_layout import to_rle
from avs_mm.evaluation import AVISMetric

MISSED = 0.1
NAMES = ("FSLA", "FSLAn", "FSLAs", "FSLAm", "HOTA", "AssA", "mAP")
TRACKERS = {
    "no memory": {"memory": 1.0},
    "one frame may be missed (default)": {"memory": 2.0},
    "five frames may be missed": {"memory": 6.0},
}


def candidates(info: dict, rng: np.random.Generator) -> dict:
    masks, labels = [], []
    category_map = np.full(info["size"], 255)
    for instance in info["instances"]:
        if rng.random() < MISSED:
            continue
        change = cv2.erode if rng.random() < 0.5 else cv2.dilate
        kernel = np.ones((int(rng.integers(1, 4)),) * 2, np.uint8)
        mask = change(coco_mask.decode(to_rle(instance["segmentation"], info["size"])), kernel) > 0
        masks.append(mask)
        labels.append(instance["category"])
        category_map[mask] = instance["category"]
    stacked = np.array(masks, bool).reshape(-1, *info["size"])
    found = {"masks": torch.from_numpy(stacked), "labels": torch.tensor(labels, dtype=torch.long)}
    found["scores"] = torch.full((len(labels),), 0.9)
    sounding = {"data": torch.from_numpy(category_map)[None]}
    names = {key: info[key] for key in ("img_path", "video_id", "frame")}
    return {"pred_instances": found, "pred_sem_seg": sounding, **names}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("root", type=Path)
    parser.add_argument("--split", default="test")
    args = parser.parse_args()
    dataset = AVISDataset(split=args.split, data_root=args.root, audio=None)
    print("| tracker | mode | " + " | ".join(NAMES) + " |")
    print("|---|---|" + "---:|" * len(NAMES))
    for name, tracker in TRACKERS.items():
        metric = AVISMetric(ann_file=dataset.table, tracker=tracker)
        metric.dataset_meta = dataset.metainfo
        rng = np.random.default_rng(0)
        for index in range(len(dataset)):
            metric.process(None, [candidates(dataset.get_data_info(index), rng)])
        scores = metric.evaluate(len(dataset))
        for mode, suffix in (("corrected", ""), ("official", "_official")):
            values = (scores[f"avis/{key}{suffix}"] for key in NAMES)
            print(f"| {name} | {mode} | " + " | ".join(f"{value:.3f}" for value in values) + " |")


if __name__ == "__main__":
    main()
