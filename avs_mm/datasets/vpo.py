"""VPO: COCO's images under the sounds of VGGSound, from the left or the right (CAVP)."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from avs_mm.datasets.categories import category_positions
from avs_mm.datasets.category_dataset import CategoryDataset, with_categories
from avs_mm.datasets.required_files import require_paths
from avs_mm.datasets.tables import read_text
from avs_mm.registry import DATASETS

__all__ = ["VPO_CATEGORIES", "VPO_LABELS", "VPODataset"]

FOLDERS = {"ss": "VPO-SS", "ms": "VPO-MS", "msmi": "VPO-MSMI"}
SPLITS = {"train": ("train",), "test": ("val", "test")}
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


@DATASETS.register_module()
class VPODataset(CategoryDataset):
    """VPO-SS, VPO-MS or VPO-MSMI as they lie on disk (Chen et al., CVPR 2024).

    ``{VPO-SS,VPO-MS,VPO-MSMI}/vpo_{ss,ms,msmi}_data_stereo.csv`` with ``data`` and ``mask`` beside
    it, and ``{audio_root}/{vgg_file}.wav``. In VPO-SS a row is a sample, its files lie in folders
    of their category; elsewhere the rows of an image are its sources. Images of VPO-MSMI without
    two objects of a category lie in VPO-MS.

    A sample holds ``img_path``, ``seg_map_path`` (a mask of COCO's ids), ``label_table``,
    ``sources`` (of each source its ``audio_path`` and ``position``, 0 left to 1 right),
    ``audio_path`` (the first source's), ``clip``, ``frame`` and ``second`` (0) and ``subset``
    ("vpo"). ``LoadVPOMask`` and ``LoadStereoSources`` load them.

    Args:
        subset: "ss", "ms" or "msmi".
        split: "train" or "test"; the csv's "val" is part of "test", as in CAVP's code.
        data_root: Folder of the three.
        audio_root: Folder of VGGSound's wav files; None for samples without sound.
        metainfo: ``classes`` here replaces ``VPO_CATEGORIES``, in this order.
        pipeline, test_mode, indices, serialize_data, lazy_init, max_refetch: As in mmengine's
            ``BaseDataset``.

    Raises:
        FileNotFoundError: Files are missing; the message counts the samples and names the first.
        ValueError: An unknown subset or split; a csv of another form.
    """

    def __init__(
        self,
        *,
        subset: str,
        split: str,
        data_root: str | Path,
        audio_root: str | Path | None,
        metainfo: Mapping[str, Any] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        if subset not in FOLDERS:
            raise ValueError(f"unknown subset {subset!r}; choose one of {', '.join(FOLDERS)}")
        if split not in SPLITS:
            raise ValueError(
                f"unknown split {split!r}; VPO has 'train' and 'test': its code tests on 'val', too"
            )
        self.subset = subset
        self.split = split
        self.root = Path(data_root)
        self.audio_root = None if audio_root is None else Path(audio_root)
        super().__init__(
            data_root=str(data_root),
            metainfo=with_categories(metainfo, VPO_CATEGORIES),
            pipeline=list(pipeline),
            test_mode=test_mode,
            indices=indices,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    @property
    def table(self) -> Path:
        """The csv that lists the images and their sources."""
        return self.root / FOLDERS[self.subset] / f"vpo_{self.subset}_data_stereo.csv"

    def load_data_list(self) -> list[dict]:
        """List the samples in the order of the csv."""
        samples: dict[str, dict] = {}
        for row in self._rows():
            name = f"{int(row['img_Id']):012d}"
            image, mask = self._files(row, name)
            if self.subset == "ss":
                name = f"{name}_{int(row['ann_Ids']):012d}"
            sample = samples.setdefault(
                name,
                {
                    "img_path": str(image),
                    "seg_map_path": str(mask),
                    "clip": name,
                    "frame": 0,
                    "subset": "vpo",
                    "seg_fields": [],
                },
            )
            if self.audio_root is not None:
                path = self.audio_root / f"{row['vgg_file']}.wav"
                source = {"audio_path": str(path), "position": float(row["audio_pos"])}
                sample.setdefault("sources", []).append(source)
                # of the sample as a whole: the first source's
                sample.setdefault("audio_path", str(path))
                sample["second"] = 0
        files = [
            (
                name,
                [Path(sample["img_path"]), Path(sample["seg_map_path"])]
                + [Path(source["audio_path"]) for source in sample.get("sources", ())],
            )
            for name, sample in samples.items()
        ]
        require_paths(files, table=str(self.table))
        return list(samples.values())

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with the table that all samples share."""
        info = super().get_data_info(idx)
        info["label_table"] = category_positions(VPO_LABELS, self._metainfo["classes"])
        return info

    def _files(self, row: Mapping[str, str], name: str) -> tuple[Path, Path]:
        """The image and the mask of a row."""
        if self.subset == "ss":
            folder, category = self.root / FOLDERS["ss"], row["cateName"]
            mask = f"{name}_{int(row['ann_Ids']):012d}.png"
            return folder / "data" / category / f"{name}.jpg", folder / "mask" / category / mask
        single = self.subset == "msmi" and int(float(row["multi_instance"])) == 0
        folder = self.root / FOLDERS["ms" if single else self.subset]
        return folder / "data" / f"{name}.jpg", folder / "mask" / f"{name}.png"

    def _rows(self) -> list[dict[str, str]]:
        reader = csv.DictReader(read_text(self.table).splitlines())
        columns = (*COLUMNS, *(["multi_instance"] if self.subset == "msmi" else []))
        if missing := sorted(set(columns) - set(reader.fieldnames or ())):
            raise ValueError(f"{self.table}: lacks the columns {missing}; restore the official csv")
        rows = []
        for number, row in enumerate(reader, start=2):
            _check_row(row, columns, f"{self.table}: row {number}")
            if row["split"] in SPLITS[self.split]:
                rows.append(row)
        if not rows:
            raise ValueError(f"{self.table}: has no rows of split {self.split!r}")
        return rows


def _check_row(row: Mapping[str, str], columns: Sequence[str], where: str) -> None:
    if empty := [name for name in columns if row[name] is None]:
        raise ValueError(f"{where} lacks {', '.join(empty)}; restore the official csv")
    try:
        int(row["img_Id"]), int(row["ann_Ids"])
        if "multi_instance" in columns:
            float(row["multi_instance"])
        position = float(row["audio_pos"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {error}; restore the official csv") from error
    if row["cateName"] not in VPO_CATEGORIES:
        raise ValueError(f"{where} is of category {row['cateName']!r}; known: {VPO_CATEGORIES}")
    if not 0 <= position <= 1:
        raise ValueError(f"{where} has audio_pos {position}, which is not from 0 to 1")
    if Path(row["vgg_file"]).name != row["vgg_file"] or row["vgg_file"] in ("", ".."):
        raise ValueError(f"{where} has vgg_file {row['vgg_file']!r}, which is no name of a file")
