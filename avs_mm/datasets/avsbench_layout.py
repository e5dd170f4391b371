"""Where AVSBench's three subsets keep their clips on disk.

Numbering and folder rules differ per subset, so each has its own small function. Frame i (0-based)
is the last image of second i.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from avs_mm.datasets.required_files import require_paths
from avs_mm.datasets.tables import read_table, read_text

__all__ = [
    "AVSS_PARTS",
    "SUBSETS",
    "TABLES",
    "Clip",
    "Frame",
    "clip_objects",
    "list_avss_clips",
    "list_clips",
    "list_ms3_clips",
    "list_s4_clips",
    "read_label2idx",
    "read_s4_categories",
    "require_files",
]

SUBSETS = ("s4", "ms3", "avss")
TABLES = {"s4": "s4_meta_data.csv", "ms3": "ms3_meta_data.csv", "avss": "metadata.csv"}
AVSS_SECONDS = {"v1s": 5, "v1m": 5, "v2": 10}  # labelled frames a clip; v1s train: the first only
AVSS_PARTS = tuple(AVSS_SECONDS)
S4_COLUMNS = ("name", "start", "category", "split")
S4_FOLDERS = ("name", "category")
MS3_COLUMNS = ("name", "split")
AVSS_COLUMNS = ("vid", "uid", "s_min", "s_sec", "a_obj", "split", "label")
AVSS_FOLDERS = ("uid", "label")


@dataclass(frozen=True)
class Frame:
    """One annotated image. ``mask`` is binary in S4 and MS3, a label map in AVSS."""

    index: int
    image: Path
    mask: Path
    semantic: Path | None = None  # MS3: the label map of the same frame in AVSBench-semantic
    silent: Path | None = None  # mini set: the label map of the objects that do not sound


@dataclass(frozen=True)
class Clip:
    """One clip and its annotated frames; ``categories`` is what sounds in it, None if unsaid."""

    name: str
    audio: Path
    frames: tuple[Frame, ...]
    categories: tuple[str, ...] | None = None


def list_clips(
    subset: str,
    root: Path,
    split: str,
    *,
    semantic_root: Path | None = None,
    labels: Sequence[str] | None = None,
    silent_root: Path | None = None,
    with_audio: bool = True,
) -> list[Clip]:
    """List the clips of a subset's split, whose files are then known to exist.

    Raises:
        FileNotFoundError: From ``require_files``.
    """
    if subset == "s4":
        clips = list_s4_clips(root, split, silent_root)
    elif subset == "ms3":
        clips = list_ms3_clips(root, split, semantic_root, silent_root)
    else:
        clips = list_avss_clips(root, split, labels, silent_root)
    require_files(clips, table=str(root / TABLES[subset]), with_audio=with_audio)
    return clips


def list_s4_clips(root: Path, split: str, silent_root: Path | None = None) -> list[Clip]:
    """List S4. In train only frames whose mask exists are annotated (officially the first)."""
    data = root / "s4_data"
    clips = []
    for row in read_table(root / TABLES["s4"], S4_COLUMNS, split, folders=S4_FOLDERS):
        name, category = row["name"], row["category"]
        folder = Path(split, category)
        frames = []
        for index in range(5):
            file = Path(name, f"{name}_{index + 1}.png")
            mask = data / "gt_masks" / folder / file
            # The first mask must be there in any case: a clip without one would vanish.
            if split == "train" and index > 0 and not mask.exists():
                continue
            image = data / "visual_frames" / folder / file
            frames.append(Frame(index, image, mask, None, _silent(silent_root, split, file)))
        audio = data / "audio_wav" / folder / f"{name}.wav"
        clips.append(Clip(name, audio, tuple(frames), (category,)))
    return clips


def list_ms3_clips(
    root: Path, split: str, semantic_root: Path | None = None, silent_root: Path | None = None
) -> list[Clip]:
    """List MS3; with AVSBench-semantic at hand its v1m labels say which category is where."""
    data = root / "ms3_data"
    objects = {} if semantic_root is None else _v1m_objects(semantic_root)
    clips = []
    for row in read_table(root / TABLES["ms3"], MS3_COLUMNS, split, folders=("name",)):
        name = row["name"]
        frames = []
        for index in range(5):
            file = Path(name, f"{name}_{index + 1}.png")
            semantic = None
            if semantic_root is not None:
                semantic = semantic_root / "v1m" / name / "labels_semantic" / f"{index}.png"
            frames.append(
                Frame(
                    index,
                    image=data / "visual_frames" / name / f"{name}.mp4_{index + 1}.png",
                    mask=data / "gt_masks" / split / file,
                    semantic=semantic,
                    silent=_silent(silent_root, split, file),
                )
            )
        audio = data / "audio_wav" / split / f"{name}.wav"
        clips.append(Clip(name, audio, tuple(frames), objects.get(name)))
    return clips


def list_avss_clips(
    root: Path, split: str, labels: Sequence[str] | None = None, silent_root: Path | None = None
) -> list[Clip]:
    """List AVSS; ``labels`` chooses among its parts v1s, v1m and v2 (None: all)."""
    names = read_label2idx(root)
    table = root / TABLES["avss"]
    clips = []
    for row in read_table(table, AVSS_COLUMNS, split, folders=AVSS_FOLDERS, by_name=True):
        part, name = row["label"], row["uid"]
        if part not in AVSS_SECONDS:
            raise ValueError(f"{table}: clip {name} has label {part!r}; use one of {AVSS_PARTS}")
        if part not in (labels or AVSS_PARTS):
            continue
        folder = root / part / name
        frames = []
        for index in range(AVSS_SECONDS[part]):
            mask = folder / "labels_semantic" / f"{index}.png"
            if (part, split) == ("v1s", "train") and index > 0 and not mask.exists():
                continue
            silent = _silent(silent_root, split, Path(name, f"{name}_{index + 1}.png"))
            image = folder / "frames" / f"{index}.jpg"
            frames.append(Frame(index, image, mask, silent=silent))
        objects = clip_objects(row["a_obj"], names)
        clips.append(Clip(name, folder / "audio.wav", tuple(frames), objects))
    return clips


def read_s4_categories(root: Path) -> tuple[str, ...]:
    """Read the categories of S4's csv, all splits together, in alphabetical order."""
    rows = read_table(root / TABLES["s4"], S4_COLUMNS)
    return tuple(sorted({row["category"] for row in rows}))


def read_label2idx(root: Path) -> dict[str, int]:
    """Read the label of every category of AVSBench-semantic, without the background (0).

    Raises:
        FileNotFoundError: There is no label2idx.json in ``root``.
        ValueError: The file is not a map of names to distinct labels from 1 to 254, background 0.
    """
    path = root / "label2idx.json"
    try:
        labels = json.loads(read_text(path))
        if labels.pop("background") != 0:
            raise ValueError("background is not 0")
        if sorted(set(labels.values()) & set(range(1, 255))) != sorted(labels.values()):
            raise ValueError("labels are not distinct numbers from 1 to 254")
    except (ValueError, KeyError, AttributeError, TypeError) as error:
        raise ValueError(
            f'{path}: must map names to labels, "background" to 0 ({error!r}); '
            "take the file that AVSBench-semantic comes with"
        ) from error
    return dict(sorted(labels.items(), key=lambda item: item[1]))


def clip_objects(text: str, names: Sequence[str] | dict[str, int]) -> tuple[str, ...] | None:
    """Split an ``a_obj`` such as ``"dog_baby"`` into known names; None where one is unknown.

    A name that holds an underscore itself is found as well: the longest that fits is taken.
    """
    words = text.split("_")
    found = []
    while words:
        for count in range(len(words), 0, -1):
            if (name := "_".join(words[:count])) in names:
                found.append(name)
                words = words[count:]
                break
        else:
            return None
    return tuple(found)


def require_files(clips: Sequence[Clip], *, table: str, with_audio: bool) -> None:
    """Check that every file of the clips exists.

    Raises:
        FileNotFoundError: From ``require_paths``.
    """
    files = []
    for clip in clips:
        images = [path for f in clip.frames for path in (f.image, f.mask, f.semantic, f.silent)]
        paths = [*images, clip.audio if with_audio else None]
        files.append((clip.name, [path for path in paths if path is not None]))
    require_paths(files, table=table)


def _silent(silent_root: Path | None, split: str, file: Path) -> Path | None:
    return None if silent_root is None else silent_root / split / file


def _v1m_objects(semantic_root: Path) -> dict[str, tuple[str, ...] | None]:
    names = read_label2idx(semantic_root)
    rows = read_table(semantic_root / TABLES["avss"], AVSS_COLUMNS, by_name=True)
    return {row["uid"]: clip_objects(row["a_obj"], names) for row in rows if row["label"] == "v1m"}
