"""Which file of a folder is the prediction for which frame, in the layouts that the field saves."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["SavedPredictions", "find_predictions"]

SUFFIXES = (".png", ".bmp", ".tif", ".tiff", ".npy")
LOSSY = (".jpg", ".jpeg", ".webp")
STEM = re.compile(r"(?:(?P<clip>.*)_)?(?P<number>\d+)(?P<probability>_probability)?")
EXPECTED = (
    "Expected is FOLDER/[CATEGORY/]CLIP/CLIP_N.png, as TPAVI's save_mask writes it, CLIP/N.png, or "
    "CLIP_N.png, and .npy as well as .png"
)


@dataclass(frozen=True)
class SavedPredictions:
    """The file of every frame, by (clip, 0-based frame).

    Args:
        first_number: 0 or 1: by which number the files call a clip's first frame.
        others: Files that are of no frame.
    """

    folder: Path
    files: Mapping[tuple[str, int], Path]
    first_number: int
    others: int


def find_predictions(
    folder: str | Path,
    frames: Collection[tuple[str, int]],
    *,
    first_number: int | None = None,
    padded: bool = False,
) -> SavedPredictions:
    """Find the file of each frame, below any number of folders.

    TPAVI numbers its masks from 0 and AVSBench its own from 1: a 0 among the numbers tells.

    Args:
        frames: (clip, 0-based frame) of all that are to be scored.
        first_number: 0 or 1, where the numbers do not tell.
        padded: Whether clips may have more files than frames, as AVSS's of five seconds have.

    Raises:
        FileNotFoundError: There is no such folder, or frames have no file.
        ValueError: Two files for one frame, numbers from both 0 and 1 on, or lossy images.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder}: no such folder of predictions. {EXPECTED}")
    clips: dict[str, int] = defaultdict(int)  # clip -> number of frames
    for clip, frame in frames:
        clips[clip] = max(clips[clip], frame + 1)

    numbered: dict[bool, dict[tuple[str, int], Path]] = {False: {}, True: {}}
    others = 0
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in SUFFIXES + LOSSY or not path.is_file():
            continue
        found = STEM.fullmatch(path.stem)
        names = (found["clip"], path.parent.name) if found else ()
        known = [name for name in names if name in clips]
        if found is None or not known:
            others += 1
            continue
        of_clip = known[0]
        if path.suffix.lower() in LOSSY:
            raise ValueError(f"{path}: {path.suffix} changes the values; save .png or .npy")
        of_kind = numbered[found["probability"] is not None]
        earlier = of_kind.setdefault((of_clip, int(found["number"])), path)
        if earlier != path:
            raise ValueError(
                f"{earlier} and {path} are both frame {found['number']} of clip {of_clip}; take "
                "one away, or give the folder of one of them"
            )
    # avs_mm's PredictionWriter may leave both: the probabilities say more than the masks.
    files = numbered[True] or numbered[False]
    first = _first_number(folder, files, clips, padded) if first_number is None else first_number
    by_frame = {(clip, number - first): path for (clip, number), path in files.items()}
    missing = sorted(set(frames) - by_frame.keys())
    if missing:
        clip, frame = missing[0]
        raise FileNotFoundError(
            f"{folder}: {len(missing)} of {len(frames)} frames have no prediction, the first is "
            f"frame {frame + first} of clip {clip} (numbered from {first} on). {EXPECTED}"
        )
    chosen = {frame: by_frame[frame] for frame in frames}
    return SavedPredictions(folder, chosen, first, others + len(files) - len(chosen))


def _first_number(
    folder: Path,
    files: Mapping[tuple[str, int], Path],
    clips: Mapping[str, int],
    padded: bool,
) -> int:
    numbers: dict[str, set[int]] = defaultdict(set)
    for clip, number in files:
        numbers[clip].add(number)
    first = 0 if any(0 in of_clip for of_clip in numbers.values()) else 1
    for clip, of_clip in numbers.items():
        if first == 0 and not padded and clips[clip] in of_clip:
            raise ValueError(
                f"{folder}: clip {clip} of {clips[clip]} frames has predictions numbered "
                f"{min(of_clip)} to {max(of_clip)}, and others begin at 0: it is not clear which "
                "is the first frame's. Give --first-number 0 or 1"
            )
    return first
