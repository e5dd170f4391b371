"""VPO: COCO's images under the sounds of VGGSound, from the left or the right (CAVP)."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from avs_mm.datasets.categories import category_positions
from avs_mm.datasets.category_dataset import CategoryDataset, with_categories
from avs_mm.datasets.required_files import require_paths
from avs_mm.datasets.vpo_layout import (
    VPO_CATEGORIES,
    VPO_FOLDERS,
    VPO_LABELS,
    VPO_SPLITS,
    VPOSample,
    read_vpo,
    vpo_table,
)
from avs_mm.registry import DATASETS

__all__ = ["VPODataset"]


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
        if subset not in VPO_FOLDERS:
            raise ValueError(f"unknown subset {subset!r}; choose one of {', '.join(VPO_FOLDERS)}")
        if split not in VPO_SPLITS:
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
        return vpo_table(self.root, self.subset)

    def load_data_list(self) -> list[dict]:
        """List the samples in the order of the csv."""
        samples = read_vpo(self.root, self.subset, self.split)
        infos = [self._info(sample) for sample in samples]
        files = [
            (
                info["clip"],
                [Path(info["img_path"]), Path(info["seg_map_path"])]
                + [Path(source["audio_path"]) for source in info.get("sources", ())],
            )
            for info in infos
        ]
        require_paths(files, table=str(self.table))
        return infos

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with the table that all samples share."""
        info = super().get_data_info(idx)
        info["label_table"] = category_positions(VPO_LABELS, self._metainfo["classes"])
        return info

    def _info(self, sample: VPOSample) -> dict:
        """Describe a sample as mmseg's transforms expect it."""
        info: dict[str, Any] = {
            "img_path": str(sample.image),
            "seg_map_path": str(sample.mask),
            "clip": sample.name,
            "frame": 0,
            "subset": "vpo",
            "seg_fields": [],
        }
        if self.audio_root is not None:
            info["sources"] = [
                {
                    "audio_path": str(self.audio_root / f"{source.file}.wav"),
                    "position": source.position,
                }
                for source in sample.sources
            ]
            # of the sample as a whole: the first source's
            info["audio_path"] = info["sources"][0]["audio_path"]
            info["second"] = 0
        return info
