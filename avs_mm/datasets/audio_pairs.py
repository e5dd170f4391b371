"""The list of which sound was paired with which image: written to a file, and read again.

A csv with one row a sample: ``clip`` and ``frame`` name the image, ``condition``, ``audio`` and
``second`` the sound, ``seed`` what it was drawn by, and ``fallback`` is 1 where the condition's
rule left nothing to draw from, so that any other sound was drawn. ``audio`` is relative to the data
set's ``data_root``, off-screen to ``offscreen_root``, and empty where the sound is generated. Of
VPO it names all sources, relative to ``audio_root``, with their positions:
``horn.wav@0.25|jet.wav@1``.
"""

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from avs_mm.atomic_write import atomic_write
from avs_mm.datasets.audio_conditions import AUDIO_CONDITIONS, GENERATED_SOUNDS
from avs_mm.datasets.avsbench_layout import Clip, Frame
from avs_mm.datasets.conditioned_dataset import ConditionedDataset
from avs_mm.datasets.sound_sources import Sound

__all__ = ["AudioPair", "RecordedSounds", "read_audio_pairs", "write_audio_pairs"]


@dataclass(frozen=True)
class AudioPair:
    """One row: the image ``frame`` (0-based) of ``clip`` under [second, second + 1) s."""

    clip: str
    frame: int
    condition: str
    audio: str
    second: int
    seed: int
    fallback: int = 0


COLUMNS = tuple(field.name for field in fields(AudioPair))
FIRST_COLUMNS = COLUMNS[:-1]  # of lists from before there was a fallback


class RecordedSounds:
    """The sounds that a list of ``write_audio_pairs`` names.

    Args:
        path: The list.
        condition: That the data set was asked for; the list must be of it.
        root: Folder that the list's files are relative to.

    Raises:
        FileNotFoundError: There is no such list.
        ValueError: The list is of another condition, or none.
    """

    def __init__(self, path: str | Path, *, condition: str, root: Path) -> None:
        self.path = Path(path)
        self.root = root
        pairs = read_audio_pairs(path)
        if pairs[0].condition != condition:
            found = pairs[0].condition
            raise ValueError(
                f"{path}: is a list of {found!r} sounds, but audio is {condition!r}; give "
                f"audio={found!r}, or the list of the other condition"
            )
        self.pairs = {(pair.clip, pair.frame): pair for pair in pairs}

    def sound_of(self, clip: Clip, frame: Frame) -> Sound:
        """Return the sound of a frame's row.

        Raises:
            FileNotFoundError: The row's sound file is missing.
            ValueError: The frame has no row.
        """
        pair = self.pairs.get((clip.name, frame.index))
        if pair is None:
            raise ValueError(
                f"{self.path}: has no row for frame {frame.index} of clip {clip.name}; write the "
                "list again with write_audio_pairs, for this subset and split"
            )
        audio = self.root / pair.audio if pair.audio else clip.audio
        if not audio.is_file():
            raise FileNotFoundError(
                f"{audio}: no such file, but {self.path} names it for frame {frame.index} of clip "
                f"{clip.name}; files are looked for under {self.root}: correct data_root (or "
                "offscreen_root), or write the list again with write_audio_pairs"
            )
        return Sound(audio, pair.second, pair.seed, bool(pair.fallback))


def write_audio_pairs(dataset: ConditionedDataset, path: str | Path) -> None:
    """Write which sound a data set gives to each of its samples.

    An old file stays until the new one is complete.

    Raises:
        ValueError: The data set has no sound, or two of its samples cannot be told apart.
    """
    if dataset.audio is None:
        raise ValueError(f"the data set has no sound to list in {path}; build it with audio=...")
    pairs: dict[tuple[str, int], AudioPair] = {}
    generated = dataset.audio in GENERATED_SOUNDS
    for index in range(len(dataset)):
        info = dataset.get_data_info(index)
        audio = "" if generated else _files(info, dataset.sound_root)
        pair = AudioPair(
            clip=info["clip"],
            frame=info["frame"],
            condition=dataset.audio,
            audio=audio,
            second=info["second"],
            seed=info["audio_seed"],
            fallback=int(info["audio_fallback"]),
        )
        if pairs.setdefault((pair.clip, pair.frame), pair) != pair:
            raise ValueError(
                f"{dataset.root}: two clips are called {pair.clip}, so no row can tell them apart; "
                "rename one of them in the csv and on disk"
            )
    _write([asdict(pair) for pair in pairs.values()], Path(path))


def read_audio_pairs(path: str | Path) -> list[AudioPair]:
    """Read a list of ``write_audio_pairs``, in its order.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is no such list: its columns, a row's content, rows of several conditions.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; write it with write_audio_pairs")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file, strict=True)
    except (csv.Error, ValueError) as error:
        raise ValueError(
            f"{path}: is no csv of UTF-8 text ({error}); write it with write_audio_pairs"
        ) from error
    known = tuple(header) in (COLUMNS, FIRST_COLUMNS)
    if not known or not rows:
        fault = "has no rows" if known else f"has the columns {header}"
        raise ValueError(f"{path}: {fault}; write it with write_audio_pairs: {','.join(COLUMNS)}")

    pairs: dict[tuple[str, int], AudioPair] = {}
    for number, row in enumerate(rows, start=2):
        pair = _pair(row, header, f"{path}: row {number}")
        if pairs.setdefault((pair.clip, pair.frame), pair) is not pair:
            raise ValueError(
                f"{path}: row {number} is the second for frame {pair.frame} of clip {pair.clip}; "
                "take one of them out"
            )
    conditions = sorted({pair.condition for pair in pairs.values()})
    if len(conditions) > 1:
        raise ValueError(f"{path}: mixes {' and '.join(conditions)}; write one list a condition")
    return list(pairs.values())


def _files(info: dict, root: Path) -> str:
    def relative(path: str) -> str:
        return Path(path).relative_to(root).as_posix()

    if "sources" not in info:
        return relative(info["audio_path"])
    return "|".join(
        f"{relative(source['audio_path'])}@{source['position']:g}" for source in info["sources"]
    )


def _pair(row: list[str], header: list[str], name: str) -> AudioPair:
    try:
        values = dict(zip(header, row, strict=True))
        clip, condition, audio = (values.pop(key) for key in ("clip", "condition", "audio"))
        numbers = {key: int(value) for key, value in values.items()}
        pair = AudioPair(clip=clip, condition=condition, audio=audio, **numbers)
    except ValueError as error:
        raise ValueError(
            f"{name} is {row}, not {','.join(header)} ({error}); correct it, or write the list "
            "again with write_audio_pairs"
        ) from error
    if condition not in AUDIO_CONDITIONS:
        raise ValueError(f"{name} has condition {condition!r}; use one of {AUDIO_CONDITIONS}")
    if min(pair.frame, pair.second, pair.seed) < 0:
        raise ValueError(f"{name} has a number below 0; frame, second and seed count from 0")
    if pair.fallback not in (0, 1):
        raise ValueError(f"{name} has fallback {pair.fallback}; write 1 for yes, 0 for no")
    if bool(audio) == (condition in GENERATED_SOUNDS):
        needs = "no sound file" if audio else "a sound file"
        raise ValueError(f"{name} is of {condition!r}, which has {needs}; correct column audio")
    return pair


def _write(rows: list[dict], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with (
        atomic_write(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
