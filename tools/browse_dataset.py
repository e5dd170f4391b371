"""Write pictures of a config's data: what the model sees, hears and is told.

    python tools/browse_dataset.py configs/avs_avsc.py --split train --out-dir work_dirs/browse

The sounding object is filled in its category's colour (white: category unknown), a silent object
outlined in it; the strip at the bottom is the second of sound. Random transforms are shown as they
fall.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from rich.progress import track

from avs_mm.registry import DATASETS
from avs_mm.visualization import draw_sound
from avs_mm.whole_file import replaced_when_whole

WHITE = (255, 255, 255)
HEADER = 20  # pixels


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("config", help="config file")
    parser.add_argument("--split", default="train", choices=("train", "val", "test"))
    parser.add_argument("--out-dir", type=Path, default=Path("work_dirs/browse"))
    parser.add_argument(
        "--number", type=int, default=20, help="samples, spread over the set; 0: all (default 20)"
    )
    parser.add_argument("--show", action="store_true", help="also show each picture in a window")
    parser.add_argument(
        "--cfg-options", nargs="+", action=DictAction, help="override settings, key=value"
    )
    return parser.parse_args()


def main() -> None:
    args = parse_args()
    config = Config.fromfile(args.config)
    if args.cfg_options:
        config.merge_from_dict(args.cfg_options)
    init_default_scope(config.get("default_scope", "mmseg"))
    loader = config.get(f"{args.split}_dataloader")
    if loader is None:
        raise SystemExit(f"{args.config}: has no {args.split}_dataloader; choose another --split")
    dataset = DATASETS.build(loader.dataset)

    count = min(args.number or len(dataset), len(dataset))
    indices = np.linspace(0, len(dataset) - 1, count).round().astype(int).tolist()
    args.out_dir.mkdir(parents=True, exist_ok=True)
    for index in track(indices, description=f"Drawing {args.split}"):
        item = dataset[index]
        picture = draw_sample(item, dataset.metainfo)
        sample = item["data_samples"]
        name = f"{index:05d}_{sample.get('clip', 'sample')}_{sample.get('frame', 0)}.png"
        write_png(args.out_dir / name, picture)
        if args.show:
            cv2.imshow("browse_dataset", picture[..., ::-1])
            cv2.waitKey(0)
    print(f"{count} of {len(dataset)} samples are in {args.out_dir}")


def draw_sample(item: dict, metainfo: dict) -> np.ndarray:
    """Draw a packed sample.

    Returns:
        RGB uint8 (H + 20, W, 3).
    """
    inputs, sample = item["inputs"], item["data_samples"]
    classes, palette = metainfo["classes"], metainfo["palette"]
    # mmcv's pictures are BGR.
    image = np.ascontiguousarray(inputs["img"].numpy()[::-1].transpose(1, 2, 0))  # (H, W, 3)
    names = []

    if "gt_sem_seg" in sample:
        for category, mask in split_categories(sample.gt_sem_seg.data, image):
            names.append(classes[category])
            fill(image, mask, palette[category])
    elif "gt_sounding_mask" in sample:
        fill(image, resize_to(sample.gt_sounding_mask.data, image) == 1, WHITE)
    if "gt_silent_map" in sample:
        for category, mask in split_categories(sample.gt_silent_map.data, image):
            names.append(f"({classes[category]})")
            outline(image, mask, palette[category])

    if "audio" in inputs:
        image = draw_sound(image, inputs["audio"].numpy(), time=sample.get("frame", 0) + 1.0)
    condition = sample.get("audio_condition", "no sound")
    text = " ".join([*names, f"[{condition}]", sample.get("clip", "")])
    header = np.zeros((HEADER, image.shape[1], 3), np.uint8)
    cv2.putText(header, text, (3, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, WHITE, 1, cv2.LINE_AA)
    return np.concatenate([header, image])


def split_categories(data: torch.Tensor, image: np.ndarray) -> list[tuple[int, np.ndarray]]:
    categories = resize_to(data, image)
    present = [int(value) for value in np.unique(categories) if value != 255]
    return [(category, categories == category) for category in present]


def resize_to(data: torch.Tensor, image: np.ndarray) -> np.ndarray:
    """Bring a field (1, H, W), of the original size in test pipelines, to the picture's size."""
    field = data.numpy()[0].astype(np.uint8)
    return cv2.resize(field, image.shape[1::-1], interpolation=cv2.INTER_NEAREST)


def fill(image: np.ndarray, mask: np.ndarray, colour: Sequence[int]) -> None:
    image[mask] = (0.5 * image[mask] + 0.5 * np.array(colour)).astype(np.uint8)
    outline(image, mask, colour)


def outline(image: np.ndarray, mask: np.ndarray, colour: Sequence[int]) -> None:
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    # Half-way to white, to be seen on dark pictures too.
    light = tuple((value + 255) // 2 for value in colour)
    cv2.drawContours(image, contours, -1, light, 1, cv2.LINE_AA)


def write_png(path: Path, image: np.ndarray) -> None:
    """Write an RGB picture, under its name only once it is complete."""
    _, encoded = cv2.imencode(".png", image[..., ::-1])
    with replaced_when_whole(path) as temporary:
        temporary.write_bytes(encoded.tobytes())


if __name__ == "__main__":
    main()
