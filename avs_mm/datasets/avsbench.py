"""AVSBench as a data set of mmseg: one sample is one frame and the second of sound before it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
from mmseg.datasets import BaseSegDataset

from avs_mm.registry import DATASETS

from .audio_conditions import AUDIO_CONDITIONS, UnmatchedSounds
from .avsbench_layout import (
    AVSS_PARTS,
    SPLITS,
    Clip,
    list_avss_clips,
    list_ms3_clips,
    list_s4_clips,
    read_label2idx,
    read_s4_categories,
    require_files,
)
from .category_maps import open_picture

__all__ = ["AVSBenchDataset", "voc_palette"]

SUBSETS = ("s4", "ms3", "avss")
TABLES = {"s4": "s4_meta_data.csv", "ms3": "ms3_meta_data.csv", "avss": "metadata.csv"}


@DATASETS.register_module()
class AVSBenchDataset(BaseSegDataset):
    """AVSBench's S4, MS3 and AVSS as they lie on disk (Zhou et al., ECCV 2022 and IJCV 2024).

    A sample holds ``img_path``, ``seg_map_path``, ``audio_path``, ``clip``, ``frame`` and
    ``second`` (0-based; the sound is that of [second, second + 1) s), ``audio_condition`` and
    ``subset``; S4 adds ``category``, its clip's index in ``metainfo["classes"]``.

    The K categories, without the background, are the data's own: those of S4's csv in alphabetical
    order, or those of AVSBench-semantic's label2idx.json in its order. MS3 alone knows none: its
    ``classes`` are then empty, which is enough for everything that needs no category.

    In S4's train split the frames without a mask are no samples. Any other absent file is an error
    at construction.

    Args:
        subset: "s4", "ms3" or "avss".
        split: "train", "val" or "test".
        data_root: Folder that holds the content of Single-source, Multi-sources or
            AVSBench-semantic: the one with the csv.
        semantic_root: MS3 only: folder of AVSBench-semantic, for the categories of MS3's masks.
        labels: AVSS only: the parts to read, of "v1s", "v1m" and "v2"; default: all.
        audio: What is heard: the picture's "original" sound, "silence", "noise" (white, RMS 0.1),
            "unmatched" (a second of another clip of the split that shares no category with the
            picture), or None for samples without sound.
        audio_seed: Of the noise and of the unmatched pairs.
        silent_root: Folder with label maps of the objects that do not sound,
            ``{split}/{clip}/{clip}_{1..5}.png``: 0 nothing, k + 1 category k in alphabetical order.
        metainfo: ``classes`` here replaces the data's own categories, in this order.
        pipeline, test_mode, indices, serialize_data, lazy_init, max_refetch: As in mmengine's
            ``BaseDataset``.

    Raises:
        FileNotFoundError: Files are missing; the message counts the clips and names the first.
        ValueError: An unknown subset, split, audio condition or category; a csv without the
            columns it needs.
    """

    def __init__(
        self,
        *,
        subset: str,
        split: str,
        data_root: str | Path,
        semantic_root: str | Path | None = None,
        labels: Sequence[str] | None = None,
        audio: str | None = "original",
        audio_seed: int = 0,
        silent_root: str | Path | None = None,
        metainfo: Mapping[str, Any] | None = None,
        pipeline: Sequence[dict | Callable] = (),
        test_mode: bool = False,
        indices: int | Sequence[int] | None = None,
        serialize_data: bool = True,
        lazy_init: bool = False,
        max_refetch: int = 1000,
    ) -> None:
        _check_choice("subset", subset, SUBSETS)
        _check_choice("split", split, SPLITS)
        if audio is not None:
            _check_choice("audio", audio, AUDIO_CONDITIONS)
        for part in labels or ():
            _check_choice("labels", part, AVSS_PARTS)
        if semantic_root is not None and subset != "ms3":
            raise ValueError(f"semantic_root goes with subset 'ms3', not {subset!r}; leave it out")
        if labels is not None and subset != "avss":
            raise ValueError(f"labels goes with subset 'avss', not {subset!r}; leave it out")

        self.subset = subset
        self.split = split
        self.root = Path(data_root)
        self.semantic_root = None if semantic_root is None else Path(semantic_root)
        self.silent_root = None if silent_root is None else Path(silent_root)
        self.labels = labels
        self.audio = audio
        self.audio_seed = audio_seed

        # What the label maps mean: name of each label, then its index among the classes.
        label_names = self._read_label_names()
        own = read_s4_categories(self.root) if subset == "s4" else tuple(label_names.values())
        metainfo = dict(metainfo or {})
        classes = _checked_classes(metainfo.get("classes", own))
        metainfo.setdefault("palette", voc_palette(len(classes)))
        silent_names = dict(enumerate(sorted(own or classes), start=1))
        self.label_names, self.silent_names = label_names, silent_names
        self.label_table = _positions(label_names, classes)
        self.silent_table = _positions(silent_names, classes)

        super().__init__(
            data_root=str(data_root),
            metainfo={**metainfo, "classes": classes},
            pipeline=list(pipeline),
            test_mode=test_mode,
            indices=indices,
            serialize_data=serialize_data,
            lazy_init=lazy_init,
            max_refetch=max_refetch,
        )

    def load_data_list(self) -> list[dict]:
        """List the samples, clip by clip in the order of the csv."""
        clips = self._list_clips()
        table = str(self.root / TABLES[self.subset])
        require_files(clips, table=table, with_audio=self.audio is not None)
        for clip in clips:
            self._check_categories(clip)

        unmatched = None
        if self.audio == "unmatched":
            unmatched = UnmatchedSounds(
                clips,
                labels=self.label_names,
                silent_labels=self.silent_names,
                seed=self.audio_seed,
            )
        return [info for clip in clips for info in self._samples(clip, unmatched)]

    def get_data_info(self, idx: int) -> dict:
        """Return the description of a sample, with the tables that all samples share."""
        info = super().get_data_info(idx)
        # Added here and not in ``load_data_list``, so that they are not stored once a sample.
        info["label_table"] = self.label_table
        info["silent_table"] = self.silent_table
        return info

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on a sample; a picture that cannot be decoded is named."""
        info = self.get_data_info(idx)
        try:
            return self.pipeline(info)
        except (AssertionError, OSError, cv2.error):
            # mmcv and OpenCV hardly say which file it is and what to do: ask the picture itself.
            open_picture(info["img_path"])
            raise

    def _read_label_names(self) -> dict[int, str]:
        """Name each value of AVSBench-semantic's label maps, where this data set reads them."""
        folder = {"avss": self.root, "ms3": self.semantic_root}.get(self.subset)
        if folder is None:
            return {}
        return {label: name for name, label in read_label2idx(folder).items()}

    def _list_clips(self) -> list[Clip]:
        if self.subset == "s4":
            return list_s4_clips(self.root, self.split, self.silent_root)
        if self.subset == "ms3":
            return list_ms3_clips(self.root, self.split, self.semantic_root, self.silent_root)
        return list_avss_clips(self.root, self.split, self.labels, self.silent_root)

    def _check_categories(self, clip: Clip) -> None:
        classes = self._metainfo["classes"]
        foreign = set(clip.categories or ()) - set(classes)
        if foreign:
            raise ValueError(
                f"clip {clip.name} is of category {', '.join(sorted(foreign))}, which is not in "
                f"metainfo classes {list(classes)}; add it there, or take the clip out of "
                f"{self.root / TABLES[self.subset]}"
            )

    def _samples(self, clip: Clip, unmatched: UnmatchedSounds | None) -> list[dict]:
        """Describe each annotated frame of a clip as mmseg's transforms expect it."""
        samples = []
        for frame in clip.frames:
            info: dict[str, Any] = {
                "img_path": str(frame.image),
                "seg_map_path": str(frame.mask),
                "clip": clip.name,
                "frame": frame.index,
                "subset": self.subset,
                "seg_fields": [],
            }
            if self.subset == "s4" and clip.categories:
                info["category"] = self._metainfo["classes"].index(clip.categories[0])
            if frame.semantic is not None:
                info["semantic_map_path"] = str(frame.semantic)
            if frame.silent is not None:
                info["silent_map_path"] = str(frame.silent)
            if self.audio is not None:
                source, second = clip, frame.index
                if unmatched is not None:
                    source, second = unmatched.pair(clip.name, frame.index)
                info["audio_path"] = str(source.audio)
                info["second"] = second
                info["audio_condition"] = self.audio
                info["audio_seed"] = self.audio_seed
            samples.append(info)
        return samples


def voc_palette(num_categories: int) -> list[list[int]]:
    """Return one RGB colour a category: that of label index + 1 by PASCAL VOC's rule.

    The bits of a label are dealt to red, green and blue in turn, the lowest becoming the highest.
    """
    palette = []
    for label in range(1, num_categories + 1):
        colour = [0, 0, 0]
        for bit in range(8):
            colour[bit % 3] |= (label >> bit & 1) << (7 - bit // 3)
        palette.append(colour)
    return palette


def _positions(names: Mapping[int, str], classes: Sequence[str]) -> dict[int, int]:
    return {label: classes.index(name) for label, name in names.items() if name in classes}


def _check_choice(argument: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise ValueError(f"unknown {argument} {value!r}; choose one of {', '.join(known)}")


def _checked_classes(classes: Sequence[str]) -> tuple[str, ...]:
    if isinstance(classes, str) or not all(isinstance(name, str) for name in classes):
        raise ValueError(f"metainfo classes must be a list of names; got {classes!r}")
    if len(set(classes)) < len(classes) or "background" in classes or len(classes) > 254:
        raise ValueError(
            f"metainfo classes must be up to 254 different names without the background; "
            f"got {list(classes)}"
        )
    return tuple(classes)
