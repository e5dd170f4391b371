"""Copies of a data set in AVSBench's layout under other sounds, for others' code to run on."""

import csv
import os
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from rich.progress import track

from avs_mm.atomic_write import unfinished_folder
from avs_mm.datasets.audio_pairs import write_audio_pairs
from avs_mm.datasets.avsbench import AVSBenchDataset
from avs_mm.datasets.avsbench_layout import TABLES, Clip, list_clips
from avs_mm.datasets.tables import read_text
from avs_mm.datasets.transforms import LoadAudio
from avs_mm.media import SAMPLE_RATE
from avs_mm.models.audio.log_mel import log_mel_examples
from avs_mm.output_file import write_wav

__all__ = ["export_conditions"]

# What configs/_base_/s4_clips.py gives TPAVI of a frame: one example of VGGish
TPAVI_EXAMPLE = LoadAudio(duration=0.975, hop=0.96, missing="last")
SPLIT_COLUMN = {"s4": 3, "ms3": 1}  # of the csv; AVSS's is found by its name


def export_conditions(
    *,
    subset: str,
    data_root: str | Path,
    out: str | Path,
    conditions: Sequence[str],
    split: str = "test",
    semantic_root: str | Path | None = None,
    offscreen_root: str | Path | None = None,
    scene_pattern: str | None = None,
    audio_seed: int = 0,
    log_mel: bool = False,
    copy: bool = False,
) -> list[Path]:
    """Write ``out/CONDITION/ROOT``, a data set of one split, and ``out/CONDITION/pairs.csv``.

    A clip's wav holds its seconds one after another, each the sound that ``tools/evaluate.py``
    plays to its frame (16 kHz, mono, 16 bits); pairs.csv says which. Images and masks are links.
    Code that cuts the wav at other places hears two frames' sounds at once.

    Args:
        data_root: Folder of the data set, the one with the csv.
        conditions: Of ``AUDIO_CONDITIONS``.
        semantic_root, offscreen_root, scene_pattern, audio_seed: As of ``AVSBenchDataset``.
        log_mel: Also write S4's and MS3's ``audio_log_mel``, which TPAVI and those that build on it
            read in place of the wav: of each frame the example that ``tools/evaluate.py`` plays to
            our TPAVI, float32 (frames, 1, 96, 64).
        copy: Copy images and masks, to take the folder elsewhere.

    Returns:
        The data sets' folders.

    Raises:
        FileExistsError: There is something in the place of an export.
        FileNotFoundError: The data set is not complete.
        ValueError: A condition is not possible, or a frame of a clip has no annotation, hence no
            sound.
    """
    root, out = Path(data_root).resolve(), Path(out)
    if log_mel and subset == "avss":
        raise ValueError("AVSS's code reads wav files: leave log_mel out")
    for condition in conditions:
        if (out / condition).exists():
            raise FileExistsError(f"{out / condition} is there already; delete it or give another")
    clips = list_clips(subset, root, split, with_audio=True)
    datasets = {
        condition: AVSBenchDataset(
            subset=subset,
            split=split,
            data_root=root,
            semantic_root=semantic_root,
            offscreen_root=offscreen_root,
            scene_pattern=scene_pattern,
            audio=condition,
            audio_seed=audio_seed,
        )
        for condition in dict.fromkeys(conditions)
    }
    _check_seconds(clips, split)
    out.mkdir(parents=True, exist_ok=True)
    places = []
    for condition, dataset in datasets.items():
        with unfinished_folder(out / condition) as folder:
            _write(dataset, clips, folder / root.name, log_mel=log_mel, copy=copy)
            write_audio_pairs(dataset, folder / "pairs.csv")
            folder.replace(out / condition)
        places.append(out / condition / root.name)
    return places


def _check_seconds(clips: Sequence[Clip], split: str) -> None:
    for clip in clips:
        if [frame.index for frame in clip.frames] != list(range(len(clip.frames))) or (
            len(clip.frames) == 1
        ):
            raise ValueError(
                f"clip {clip.name} has {len(clip.frames)} annotated frame(s) in {split}, so not "
                "every second has a sound; export val or test"
            )


def _write(
    dataset: AVSBenchDataset, clips: Sequence[Clip], folder: Path, *, log_mel: bool, copy: bool
) -> None:
    root = dataset.root
    table = TABLES[dataset.subset]
    folder.mkdir(parents=True)
    _write_table(root / table, folder / table, dataset.split, SPLIT_COLUMN.get(dataset.subset))
    if dataset.subset == "avss":
        shutil.copy(root / "label2idx.json", folder)

    load, places = LoadAudio(), iter(range(len(dataset)))
    for clip in track(clips, f"Exporting {dataset.audio}"):
        infos = [dataset.get_data_info(next(places)) for _ in clip.frames]
        seconds = [load(dict(info))["audio"] for info in infos]
        samples = np.round(np.concatenate(seconds) * 32768).clip(-32768, 32767).astype("<i2")
        write_wav(folder / clip.audio.relative_to(root), samples, sample_rate=SAMPLE_RATE)
        if log_mel:
            _write_log_mel(folder, clip.audio.relative_to(root), infos)
        for source in _folders_of(clip):
            place = folder / source.relative_to(root)
            place.parent.mkdir(parents=True, exist_ok=True)
            if copy:
                shutil.copytree(source, place)
            else:
                os.symlink(source, place, target_is_directory=True)


def _folders_of(clip: Clip) -> list[Path]:
    """Folders with the images and masks of a clip alone, AVSS's coloured masks included."""
    frame = clip.frames[0]
    coloured = frame.mask.parent.with_name("labels_rgb")
    return [frame.image.parent, frame.mask.parent, *([coloured] if coloured.is_dir() else [])]


def _write_table(source: Path, place: Path, split: str, column: int | None) -> None:
    header, *rows = [line for line in csv.reader(read_text(source).splitlines()) if line]
    column = header.index("split") if column is None else column
    with place.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *(row for row in rows if row[column] == split)])


def _write_log_mel(folder: Path, audio: Path, infos: Sequence[dict]) -> None:
    """Write what preprocess_scripts/preprocess_s4.py of AVSBench stores of such sounds."""
    sounds = np.stack([TPAVI_EXAMPLE(dict(info))["audio"] for info in infos])
    examples = log_mel_examples(torch.from_numpy(sounds).double())[:, 0].float()
    parts = ["audio_log_mel" if part == "audio_wav" else part for part in audio.parts]
    path = folder.joinpath(*parts).with_suffix(".pkl")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pickle.dump(examples, file)
