"""Makes the mini data set: a few hundred synthetic clips in AVSBench's three layouts."""

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import track

from avs_mm.atomic_write import unfinished_folder
from avs_mm.mini import layout
from avs_mm.mini.clips import (
    draw_labelled_clip,
    draw_ms3_clips,
    draw_s4_clip,
    draw_v2_clip,
    num_ms3_tracks,
)
from avs_mm.mini.sprites import CATEGORIES

VERSION = 1  # of the drawing: raised whenever the same seed gives other bytes
RECORD = "mini.json"

Counts = Mapping[str, Mapping[str, int]]

CLIPS: Counts = {
    "s4": {"train": 240, "val": 20, "test": 60},
    "ms3": {"train": 60, "val": 10, "test": 30},
    "v2": {"train": 6, "val": 2, "test": 2},
    "all": {"train": 120, "val": 10},
}


class MiniDatasetError(RuntimeError):
    """The output folder holds something that must not be replaced."""


def make_mini_dataset(
    out: str | Path,
    *,
    seed: int = 0,
    scale: float = 1.0,
    clips: Counts | None = None,
    overwrite: bool = False,
    workers: int | None = None,
    progress: bool = True,
) -> Path:
    """Draw the mini data set into a folder, all of it or nothing.

    The same seed gives the same bytes, and a clip does not depend on how many others are drawn.
    A folder that already holds this very set is left as it is.

    Args:
        scale: factor on the number of clips of each part (at least one clip each).
        clips: number of clips of some parts and splits, instead of `scale` times CLIPS.
        overwrite: replace a mini data set that was made with other parameters.
        workers: threads that draw; default: one a core.
        progress: show a bar, and say so where there is nothing to do.

    Raises:
        ValueError: a negative seed, a scale of 0 or less, or an unknown part or split in `clips`.
        MiniDatasetError: `out` holds another mini data set, or files of another kind.
    """
    if seed < 0 or scale <= 0:
        raise ValueError(f"seed must be 0 or more and scale above 0, not {seed} and {scale}")
    out = Path(out)
    counts = _counts(scale, clips)
    record = {"version": VERSION, "seed": seed, "clips": counts}
    record["digest"] = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()
    if _is_made(out, record, overwrite):
        if progress:
            print(f"{out} holds this mini data set already")
        return out

    out.parent.mkdir(parents=True, exist_ok=True)
    with (
        unfinished_folder(out) as unfinished,
        unfinished_folder(out.with_name(f"{out.name}.old")) as replaced,
    ):
        _draw(unfinished, seed, counts, workers, progress)
        (unfinished / RECORD).write_text(json.dumps(record, indent=2) + "\n")
        try:
            if out.exists():
                out.rename(replaced)
            unfinished.rename(out)
        except BaseException:  # a SIGTERM, too
            if not out.exists():
                replaced.rename(out)
            raise
    return out


def _counts(scale: float, clips: Counts | None) -> dict[str, dict[str, int]]:
    counts = {
        part: {split: max(1, round(count * scale)) for split, count in splits.items()}
        for part, splits in CLIPS.items()
    }
    for part, splits in (clips or {}).items():
        for split, count in splits.items():
            if split not in counts.get(part, {}):
                raise ValueError(f"no part {part!r} with a split {split!r}; known: {CLIPS}")
            counts[part][split] = count
    return counts


def _is_made(out: Path, record: Mapping[str, Any], overwrite: bool) -> bool:
    """Whether `out` holds the wanted set already; an error where it must not be replaced."""
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return False
    if not (out / RECORD).is_file():
        raise MiniDatasetError(f"{out} exists and is no mini data set; choose another folder")
    try:
        found = json.loads((out / RECORD).read_text())
    except json.JSONDecodeError as error:
        raise MiniDatasetError(f"{out / RECORD} is damaged; remove {out} and try again") from error
    if found.get("digest") == record["digest"]:
        return True
    if not overwrite:
        raise MiniDatasetError(
            f"{out} holds a mini data set made with other parameters (seed {found.get('seed')}, "
            f"version {found.get('version')}); choose another folder, or overwrite it (--force)"
        )
    return False


_Rows = dict[str, list[tuple[str, ...]]]  # csv file, relative to the root: its new rows
_S4_CSV = str(layout.S4_ROOT / "s4_meta_data.csv")
_MS3_CSV = str(layout.MS3_ROOT / "ms3_meta_data.csv")
_SEMANTIC_CSV = str(layout.SEMANTIC_ROOT / "metadata.csv")
_LABELLED_CSV = str(layout.LABELLED_ROOT / "metadata.csv")
_COLUMNS = {
    _S4_CSV: ("name", "start", "category", "split"),
    _MS3_CSV: ("name", "split"),
    _SEMANTIC_CSV: layout.SEMANTIC_COLUMNS,
    _LABELLED_CSV: layout.SEMANTIC_COLUMNS,
}


def _s4(root: Path, seed: int, split: str, index: int) -> _Rows:
    clip = draw_s4_clip(seed, split, index)
    layout.write_s4(root, clip)
    layout.write_silent(root, clip, "s4")
    row = layout.write_semantic(root / layout.SEMANTIC_ROOT, clip, "v1s")
    return {_S4_CSV: [(clip.name, "0", CATEGORIES[clip.sounding[0]], split)], _SEMANTIC_CSV: [row]}


def _ms3(root: Path, seed: int, split: str, index: int, keep: int) -> _Rows:
    """Write a scene under its first `keep` sound tracks."""
    rows: _Rows = {_MS3_CSV: [], _SEMANTIC_CSV: []}
    for clip in draw_ms3_clips(seed, split, index)[:keep]:
        layout.write_ms3(root, clip)
        layout.write_silent(root, clip, "ms3")
        rows[_MS3_CSV].append((clip.name, split))
        rows[_SEMANTIC_CSV].append(layout.write_semantic(root / layout.SEMANTIC_ROOT, clip, "v1m"))
    return rows


def _v2(root: Path, seed: int, split: str, index: int) -> _Rows:
    clip = draw_v2_clip(seed, split, index)
    return {_SEMANTIC_CSV: [layout.write_semantic(root / layout.SEMANTIC_ROOT, clip, "v2")]}


def _labelled(root: Path, seed: int, split: str, index: int) -> _Rows:
    clip = draw_labelled_clip(seed, split, index)
    return {_LABELLED_CSV: [layout.write_semantic(root / layout.LABELLED_ROOT, clip, "v1m")]}


def _jobs(counts: Counts) -> Iterator[Callable[[Path, int], _Rows]]:
    """Functions of the root and the seed, each of which writes one scene's clips."""
    for part, write in (("s4", _s4), ("v2", _v2), ("all", _labelled)):
        for split, count in counts[part].items():
            yield from (partial(write, split=split, index=index) for index in range(count))
    for split, count in counts["ms3"].items():
        index = 0
        while count > 0:
            yield partial(_ms3, split=split, index=index, keep=count)
            count, index = count - num_ms3_tracks(index), index + 1


def _draw(root: Path, seed: int, counts: Counts, workers: int | None, progress: bool) -> None:
    """Draw every clip, several at a time, then write the tables in the order of the jobs."""
    jobs = list(_jobs(counts))
    tables: _Rows = {name: [columns] for name, columns in _COLUMNS.items()}
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        done = pool.map(lambda job: job(root, seed), jobs)
        for rows in track(done, "Drawing clips", total=len(jobs), disable=not progress):
            for name, new in rows.items():
                tables[name] += new
    for name, table in tables.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        with (root / name).open("w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(table)
    labels = {name: index for index, name in enumerate(("background", *CATEGORIES))}
    for folder in (layout.SEMANTIC_ROOT, layout.LABELLED_ROOT):
        (root / folder / "label2idx.json").write_text(json.dumps(labels, indent=1) + "\n")
