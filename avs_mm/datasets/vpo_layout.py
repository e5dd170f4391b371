"""How VPO lists its images: a csv with a row for every source, which CAVP's code reads so."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from avs_mm.datasets.tables import read_text

__all__ = [
    "VPO_CATEGORIES",
    "VPO_FOLDERS",
    "VPO_LABELS",
    "VPO_SPLITS",
    "VPOSample",
    "VPOSource",
    "read_vpo",
    "vpo_table",
]

VPO_FOLDERS = {"ss": "VPO-SS", "ms": "VPO-MS", "msmi": "VPO-MSMI"}
VPO_SPLITS = {"train": ("train",), "test": ("val", "test")}
COLUMNS = ("img_Id", "ann_Ids", "cateName", "vgg_file", "audio_pos", "split")

# What a mask holds: COCO's ids, and three of VPO's own for people.
VPO_LABELS: Mapping[int, str] = MappingProxyType(
    {
        **{3: "car", 4: "motorcycle", 5: "airplane", 6: "bus", 16: "bird", 17: "cat", 18: "dog"},
        **{19: "horse", 20: "sheep", 21: "cow", 22: "elephant", 24: "zebra", 37: "sports ball"},
        **{41: "skateboard", 43: "tennis racket", 74: "mouse", 76: "keyboard", 77: "cell phone"},
        **{92: "male", 93: "female", 94: "baby"},
    }
)
VPO_CATEGORIES = tuple(sorted(VPO_LABELS.values()))


@dataclass(frozen=True)
class VPOSource:
    """One sound of a sample: ``file`` without its suffix, at 0 (left) to 1 (right)."""

    category: str
    file: str
    position: float


@dataclass(frozen=True)
class VPOSample:
    """An image, its mask, and what sounds in it."""

    name: str
    image: Path
    mask: Path
    sources: list[VPOSource] = field(default_factory=list)


def vpo_table(root: Path, subset: str) -> Path:
    """Return the csv of a subset."""
    return root / VPO_FOLDERS[subset] / f"vpo_{subset}_data_stereo.csv"


def read_vpo(root: Path, subset: str, split: str) -> list[VPOSample]:
    """List the samples of a split, in the order of the csv.

    In VPO-SS a row is a sample, also one that gives an object another sound, whose name then ends
    with its number; elsewhere the rows of an image are its sources.

    Args:
        root: Folder of VPO-SS, VPO-MS and VPO-MSMI.
        subset: Of ``VPO_FOLDERS``.
        split: Of ``VPO_SPLITS``.

    Raises:
        FileNotFoundError: There is no csv.
        ValueError: It is of another form, or has no row of the split.
    """
    samples: dict[str, VPOSample] = {}
    times: Counter[str] = Counter()
    for row in _rows(vpo_table(root, subset), subset, split):
        name = f"{int(row['img_Id']):012d}"
        image, mask = _files(root, subset, row, name)
        if subset == "ss":
            name = f"{name}_{int(row['ann_Ids']):012d}"
            times[name] += 1
            name += f"_{times[name]}" if times[name] > 1 else ""
        sample = samples.setdefault(name, VPOSample(name, image, mask))
        source = VPOSource(row["cateName"], row["vgg_file"], float(row["audio_pos"]))
        sample.sources.append(source)
    return list(samples.values())


def _files(root: Path, subset: str, row: Mapping[str, str], name: str) -> tuple[Path, Path]:
    """The image and the mask of a row."""
    if subset == "ss":
        folder, category = root / VPO_FOLDERS["ss"], row["cateName"]
        mask = f"{name}_{int(row['ann_Ids']):012d}.png"
        return folder / "data" / category / f"{name}.jpg", folder / "mask" / category / mask
    single = subset == "msmi" and not _truth(row["multi_instance"])
    folder = root / VPO_FOLDERS["ms" if single else subset]
    return folder / "data" / f"{name}.jpg", folder / "mask" / f"{name}.png"


def _rows(table: Path, subset: str, split: str) -> list[dict[str, str]]:
    reader = csv.DictReader(read_text(table).splitlines())
    columns = (*COLUMNS, *(["multi_instance"] if subset == "msmi" else []))
    if missing := sorted(set(columns) - set(reader.fieldnames or ())):
        raise ValueError(f"{table}: lacks the columns {missing}; restore the official csv")
    rows = []
    for number, row in enumerate(reader, start=2):
        _check_row(row, columns, subset, f"{table}: row {number}")
        if row["split"] in VPO_SPLITS[split]:
            rows.append(row)
    if not rows:
        raise ValueError(f"{table}: has no rows of split {split!r}")
    return rows


def _truth(text: str) -> bool:
    """Read what pandas writes for true and false: True and False, 1 and 0, 1.0 and 0.0."""
    return {"True": True, "False": False}[text] if text in ("True", "False") else bool(float(text))


def _check_row(row: Mapping[str, str], columns: Sequence[str], subset: str, where: str) -> None:
    if empty := [name for name in columns if row[name] is None]:
        raise ValueError(f"{where} lacks {', '.join(empty)}; restore the official csv")
    try:
        int(row["img_Id"])
        if subset == "ss":  # elsewhere no file is named by it
            int(row["ann_Ids"])
        if subset == "msmi":
            _truth(row["multi_instance"])
        position = float(row["audio_pos"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}; restore the official csv") from error
    if row["cateName"] not in VPO_CATEGORIES:
        raise ValueError(f"{where} is of category {row['cateName']!r}; known: {VPO_CATEGORIES}")
    if not 0 <= position <= 1:
        raise ValueError(f"{where} has audio_pos {position}, which is not from 0 to 1")
    if Path(row["vgg_file"]).name != row["vgg_file"] or row["vgg_file"] in ("", ".."):
        raise ValueError(f"{where} has vgg_file {row['vgg_file']!r}, which is no name of a file")
