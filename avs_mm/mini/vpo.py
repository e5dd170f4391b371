"""Draws synthetic images in VPO's layout: what is paired with a sound, and where it stands."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from avs_mm.atomic_write import unfinished_folder
from avs_mm.datasets.vpo_layout import VPO_FOLDERS, VPO_LABELS, vpo_table
from avs_mm.media import SAMPLE_RATE
from avs_mm.mini.scenes import lay_out
from avs_mm.mini.sounds import draw_source, mix
from avs_mm.mini.sprites import CATEGORIES
from avs_mm.output_file import to_int16, write_image, write_wav

__all__ = ["VPO_IMAGES", "VPO_NAMES", "make_mini_vpo"]

# What VPO calls the six drawn categories, in their order. A car and an airplane are among them,
# which an id after another in place would make one.
VPO_NAMES = ("cell phone", "bird", "keyboard", "airplane", "car", "mouse")
VPO_IMAGES: Mapping[str, int] = {"train": 80, "val": 40}
SOUNDS: Mapping[str, int] = {"train": 20, "val": 8}  # files of each category, as of VGGSound
SPLITS = ("train", "val")
SUBSETS = tuple(VPO_FOLDERS)
SECONDS = 4
SIZES = ((144, 192), (192, 144))  # height, width
COLUMNS = (
    *("img_Id", "ann_Ids", "cateName", "cateId", "vgg_file", "audio_pos"),
    *("multi_instance", "split"),
)
IDS = {name: label for label, name in VPO_LABELS.items()}

Row = dict[str, str | int | float]


@dataclass(frozen=True)
class Picture:
    """An image (H, W, 3), its objects' places (H, W), from 1 on, and a row of each that sounds."""

    number: int
    image: NDArray[np.uint8]
    places: NDArray[np.uint8]
    rows: dict[int, Row]

    @property
    def name(self) -> str:
        return f"{self.number:012d}"

    def mask(self, *places: int) -> NDArray[np.uint8]:
        """Return COCO's ids of some objects, uint8 (H, W)."""
        mask = np.zeros_like(self.places)
        for place in places:
            mask[self.places == place] = self.rows[place]["cateId"]
        return mask


def make_mini_vpo(
    out: str | Path,
    *,
    seed: int = 0,
    images: Mapping[str, int] = VPO_IMAGES,
    progress: bool = True,
) -> Path:
    """Draw VPO-SS, VPO-MS and VPO-MSMI, and ``audios`` beside them, of six of VPO's categories.

    An image shows two to four objects. In VPO-SS two of them, of different categories, are each a
    sample with a sound; in VPO-MS these two sound together. In VPO-MSMI two objects are of one
    category, of which one or both sound, with or without a third; half of VPO-MS's images are
    listed there, too. A sound comes from the middle of its object. The same seed gives the same
    bytes.

    Args:
        out: Folder to make: the ``data_root`` of ``VPODataset``.
        images: Number of images of each split, a subset.

    Raises:
        FileExistsError: ``out`` exists.
    """
    out = Path(out)
    if out.exists():
        raise FileExistsError(f"{out} exists; remove it, or choose another folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(out) as folder:
        rows: dict[str, list[Row]] = {subset: [] for subset in SUBSETS}
        jobs = [
            (subset, split, index)
            for subset in SUBSETS
            for split in SPLITS
            for index in range(images.get(split, 0))
        ]
        for subset, split, index in track(jobs, "Drawing images", disable=not progress):
            picture = _draw(subset, split, index, seed)
            rows[subset] += _write(folder, subset, picture)
            if subset == "ms" and index % 2:
                rows["msmi"] += picture.rows.values()
        for subset in SUBSETS:
            with vpo_table(folder, subset).open("w", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows[subset])
        for split in (split for split in SPLITS if images.get(split)):
            for category in range(len(CATEGORIES)):
                _write_sounds(folder, category, split, seed)
        folder.replace(out)
    return out


def _draw(subset: str, split: str, index: int, seed: int) -> Picture:
    key = (SUBSETS.index(subset), SPLITS.index(split), index)
    rng = np.random.default_rng((seed, *key))
    number = 100_000 * (key[0] + 1) + 10_000 * key[1] + index
    objects = rng.permutation(len(CATEGORIES))[: rng.integers(2, 5)].tolist()
    sounding = [1, 2]
    if subset == "msmi":
        objects = [objects[0], *objects[:3]]
        sounding = [[1], [1, 2], [1, 3], [1, 2, 3]][rng.integers(4)]
    height, width = SIZES[rng.integers(2)]
    laid_out = lay_out(rng, objects, num_frames=1, height=height, width=width, numbered=True)
    scene = laid_out.draw()
    rows: dict[int, Row] = {}
    for place in sounding:
        category = objects[place - 1]
        columns = np.flatnonzero((scene.labels[0] == place).any(axis=0))
        rows[place] = {
            "img_Id": number,
            "ann_Ids": 10 * number + place,
            "cateName": VPO_NAMES[category],
            "cateId": IDS[VPO_NAMES[category]],
            "vgg_file": _sound(category, split, int(rng.integers(SOUNDS[split]))),
            "audio_pos": round(float(columns[0] + columns[-1]) / 2 / (width - 1), 3),
            "multi_instance": int(subset == "msmi"),
            "split": split,
        }
    return Picture(number, scene.frames[0], scene.labels[0], rows)


def _write(root: Path, subset: str, picture: Picture) -> list[Row]:
    """Write a picture and its masks, and return its rows."""
    folder = root / VPO_FOLDERS[subset]
    if subset != "ss":
        write_image(folder / "data" / f"{picture.name}.jpg", picture.image)
        write_image(folder / "mask" / f"{picture.name}.png", picture.mask(*picture.rows))
        return list(picture.rows.values())
    for place, row in picture.rows.items():
        category = str(row["cateName"])
        write_image(folder / "data" / category / f"{picture.name}.jpg", picture.image)
        file = f"{picture.name}_{row['ann_Ids']:012d}.png"
        write_image(folder / "mask" / category / file, picture.mask(place))
    return list(picture.rows.values())


def _sound(category: int, split: str, index: int) -> str:
    return f"{VPO_NAMES[category].replace(' ', '_')}_{split}_{index:02d}"


def _write_sounds(root: Path, category: int, split: str, seed: int) -> None:
    for index in range(SOUNDS[split]):
        key = (seed, len(SUBSETS), SPLITS.index(split), category, index)
        rng = np.random.default_rng(key)
        sound = mix([draw_source(category, SECONDS, rng)], np.ones((1, SECONDS), bool), rng)
        path = root / "audios" / f"{_sound(category, split, index)}.wav"
        write_wav(path, to_int16(sound), sample_rate=SAMPLE_RATE)
