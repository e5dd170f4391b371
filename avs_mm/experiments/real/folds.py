"""Cross-validation folds of a data set in AVSBench's layout, as folders of links to its files."""

import re
import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from avs_mm.datasets.tables import read_table
from avs_mm.media import SAMPLE_RATE, read_audio

__all__ = ["PARTS", "FoldClip", "assign_folds", "list_fold_clips", "write_fold"]

PARTS = ("train", "inner", "held_out")
SAME_RECORDING = 0.25  # least peak of the normalised cross-correlation
PRE_EMPHASIS = 0.95
SECONDS = 5


@dataclass(frozen=True)
class FoldClip:
    """A clip of S4 or MS3, the split that its files lie in, and the categories that sound in it."""

    subset: str
    name: str
    split: str
    categories: tuple[str, ...]
    audio: Path


def list_fold_clips(root: Path) -> list[FoldClip]:
    """List all clips of S4 and MS3 under a folder with AVSBench-object, whatever their split.

    Raises:
        FileNotFoundError, ValueError: From ``read_table``.
    """
    clips = []
    single = root / "AVSBench-object" / "Single-source"
    columns = ("name", "start", "category", "split")
    for row in read_table(single / "s4_meta_data.csv", columns):
        name, category, split = row["name"], row["category"], row["split"]
        audio = single / "s4_data" / "audio_wav" / split / category / f"{name}.wav"
        clips.append(FoldClip("s4", name, split, (category,), audio))
    several = root / "AVSBench-object" / "Multi-sources"
    known = {clip.categories[0] for clip in clips}
    for row in read_table(several / "ms3_meta_data.csv", ("name", "split")):
        name, split = row["name"], row["split"]
        audio = several / "ms3_data" / "audio_wav" / split / f"{name}.wav"
        categories = tuple(word for word in name.split("_") if word in known)
        clips.append(FoldClip("ms3", name, split, categories, audio))
    return clips


def assign_folds(clips: Sequence[FoldClip], *, folds: int, seed: int = 0) -> list[int]:
    """Give each clip a fold; clips that share a picture, a video or a recording share it.

    Groups are dealt out one by one, the largest first, to the fold that has least of their
    categories.
    """
    groups = _groups(clips)
    generator = np.random.default_rng(seed)
    order = sorted(groups, key=lambda group: (-len(group), generator.random()))
    counts: list[dict[str, int]] = [defaultdict(int) for _ in range(folds)]
    fold_of = [0] * len(clips)
    for group in order:
        categories = {category for index in group for category in clips[index].categories}
        load = [
            (sum(count[category] for category in categories), sum(count.values()), fold)
            for fold, count in enumerate(counts)
        ]
        fold = min(load)[-1]
        for category in categories:
            counts[fold][category] += 1
        for index in group:
            fold_of[index] = fold
    return fold_of


def write_fold(
    root: Path, clips: Sequence[FoldClip], parts: Sequence[str | None], out: Path
) -> None:
    """Write a folder in AVSBench's layout for each of the ``PARTS``.

    Every clip is of split "train" in its part, as only there a clip may lack masks: S4's training
    clips have the first one alone. The others stand in its table as "test", without files, so that
    the categories are the same in all parts.

    Args:
        parts: Of each clip its part, or None.
    """
    shutil.rmtree(out, ignore_errors=True)
    for part in PARTS:
        chosen = [clip for clip, own in zip(clips, parts, strict=True) if own == part]
        single, several = (
            out / part / "AVSBench-object" / name for name in ("Single-source", "Multi-sources")
        )
        tables = {"s4": ["name,start,category,split"], "ms3": ["name,split"]}
        for clip in clips:
            if clip.subset == "s4" and clip not in chosen:
                tables["s4"].append(f"{clip.name},0,{clip.categories[0]},test")
        for clip in chosen:
            if clip.subset == "s4":
                (category,) = clip.categories
                tables["s4"].append(f"{clip.name},0,{category},train")
                place = Path("AVSBench-object", "Single-source", "s4_data")
                for kind, name in _files(clip):
                    source = root / place / kind / clip.split / category / name
                    _link(source, single / "s4_data" / kind / "train" / category / name)
            else:
                tables["ms3"].append(f"{clip.name},train")
                place = Path("AVSBench-object", "Multi-sources", "ms3_data")
                for kind, name in _files(clip):
                    # The frames of MS3 lie in no folder of a split.
                    own, new = ("", "") if kind == "visual_frames" else (clip.split, "train")
                    source = root / place / kind / own / name
                    _link(source, several / "ms3_data" / kind / new / name)
        single.mkdir(parents=True, exist_ok=True)
        (single / "s4_meta_data.csv").write_text("\n".join(tables["s4"]) + "\n")
        several.mkdir(parents=True, exist_ok=True)
        (several / "ms3_meta_data.csv").write_text("\n".join(tables["ms3"]) + "\n")
        _link(root / "AVSBench-semantic", out / part / "AVSBench-semantic")
        _link(root / "offscreen_audio", out / part / "offscreen_audio")


def _files(clip: FoldClip) -> list[tuple[str, str]]:
    return [
        ("visual_frames", clip.name),
        ("gt_masks", clip.name),
        ("audio_wav", f"{clip.name}.wav"),
    ]


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source.resolve())


def _groups(clips: Sequence[FoldClip]) -> list[list[int]]:
    """Join clips of one picture, of one video or of one recording: indices."""
    parent = list(range(len(clips)))

    def root_of(index: int) -> int:
        while parent[index] != index:
            index = parent[index]
        return index

    spectra = [_spectrum(clip.audio) for clip in clips]
    for index, clip in enumerate(clips):
        for other in range(index):
            if root_of(index) == root_of(other):
                continue
            if _picture(clip.name) == _picture(clips[other].name) or _same_recording(
                spectra[index], spectra[other]
            ):
                parent[root_of(index)] = root_of(other)
    groups = defaultdict(list)
    for index in range(len(clips)):
        groups[root_of(index)].append(index)
    return list(groups.values())


def _picture(name: str) -> str:
    """Name the source of a clip's frames: a COCO number, or a video of DAVIS."""
    coco = re.search(r"coco_\d+", name)
    davis = re.fullmatch(r"(davis_.*)_\d+", name)
    return coco[0] if coco else davis[1] if davis else name


def _spectrum(path: Path) -> np.ndarray:
    sound = read_audio(path, sample_rate=SAMPLE_RATE)[: SECONDS * SAMPLE_RATE]
    sound = np.append(sound[:1], sound[1:] - PRE_EMPHASIS * sound[:-1])
    return np.fft.rfft(sound / (np.linalg.norm(sound) + 1e-9), 2 * SECONDS * SAMPLE_RATE)


def _same_recording(one: np.ndarray, other: np.ndarray) -> bool:
    correlation = np.fft.irfft(one * other.conj())
    return bool(np.abs(correlation).max() > SAME_RECORDING)
