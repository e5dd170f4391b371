"""``avs-mm check-data``: what is missing, broken or odd in a copy of AVSBench."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from avs_mm.cli.faults import fail, one_sentence, say

if TYPE_CHECKING:
    from avs_mm.datasets.avsbench_layout import Clip

__all__ = ["check_data"]

FEW = 3  # faults of a kind that are printed; the others are counted


def check_data(
    root: Annotated[Path, typer.Argument(help="Of AVSBench, or of one of its parts.")],
    sample: Annotated[int, typer.Option(help="Clips of each split whose files are opened.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the choice of these clips.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
) -> None:
    """Tell what is missing, broken or odd in a copy of AVSBench.

    Every file must be there; the files of some clips are opened. Exit code 1 if something is
    missing or broken; what is merely odd (an empty mask, silence) is printed.

    Example: avs-mm check-data data/ --sample 50
    """
    from avs_mm.datasets.avsbench_layout import TABLES, list_clips
    from avs_mm.datasets.tables import SPLITS, read_table

    with one_sentence():
        if not root.is_dir():
            raise FileNotFoundError(f"{root}: no such folder; give that of AVSBench (docs/data.md)")
        parts = {subset: _folder_of(root, table) for subset, table in TABLES.items()}
        if not any(parts.values()):
            raise FileNotFoundError(
                f"{root}: holds none of {', '.join(TABLES.values())}; give the folder of AVSBench "
                "(docs/data.md)"
            )
    faults = 0
    for subset, folder in parts.items():
        if folder is None:
            say(f"{subset}: not here", quiet=quiet)
            continue
        present = _splits(folder / TABLES[subset], read_table)
        for split in SPLITS:
            if split not in present:
                say(f"{subset} {split}: no clips", quiet=quiet)
                continue
            try:
                semantic = parts["avss"] if subset == "ms3" else None
                clips = list_clips(subset, folder, split, semantic_root=semantic)
            except (OSError, ValueError) as error:
                typer.echo(f"{subset} {split}: MISSING {error}", err=True)
                faults += 1
                continue
            faults += _report(f"{subset} {split}", clips, sample=sample, seed=seed, quiet=quiet)
    if faults:
        fail(f"{root}: {faults} faults; see above")


def _folder_of(root: Path, table: str) -> Path | None:
    for pattern in (table, f"*/{table}", f"*/*/{table}"):
        for found in sorted(root.glob(pattern)):
            return found.parent
    return None


def _splits(table: Path, read_table) -> set[str]:  # type: ignore[no-untyped-def]
    with one_sentence():
        return {row["split"] for row in read_table(table, ("split",), by_name=True)}


def _report(title: str, clips: list["Clip"], *, sample: int, seed: int, quiet: bool) -> int:
    """Open the files of some clips; print a line, and the first faults; return their number."""
    random = np.random.default_rng(seed)
    chosen = [clips[i] for i in sorted(random.permutation(len(clips))[:sample])]
    broken: list[str] = []
    odd: list[str] = []
    for clip in chosen:
        for is_fault, text in _look_at(clip):
            (broken if is_fault else odd).append(text)
    frames = sum(len(clip.frames) for clip in clips)
    say(
        f"{title}: {len(clips)} clips, {frames} frames; {len(chosen)} clips opened, "
        f"{len(broken)} broken, {len(odd)} odd",
        quiet=quiet,
    )
    for text in broken[:FEW]:
        typer.echo(f"  BROKEN {text}", err=True)
    for text in odd[:FEW]:
        say(f"  odd: {text}", quiet=quiet)
    return len(broken)


def _look_at(clip: "Clip") -> Iterator[tuple[bool, str]]:
    """Yield whether it is a fault, and what it is."""
    from avs_mm.datasets.category_maps import open_image
    from avs_mm.media import SAMPLE_RATE, read_audio

    sizes: Counter[tuple[int, int]] = Counter()
    for frame in clip.frames:
        try:
            image, mask = open_image(str(frame.image)), open_image(str(frame.mask))
        except (OSError, ValueError) as error:
            yield True, str(error)
            continue
        sizes[image.size] += 1
        if image.size != mask.size:
            yield True, f"{frame.mask}: is {mask.size}, its image {image.size}"
        if not np.asarray(mask).any():
            yield False, f"{frame.mask}: marks nothing"
    if len(sizes) > 1:
        yield False, f"{clip.name}: its images have several sizes, {sorted(sizes)}"
    try:
        sound = read_audio(clip.audio)
    except (OSError, ValueError) as error:
        yield True, str(error)
        return
    seconds = 1 + max((frame.index for frame in clip.frames), default=0)
    if len(sound) < (seconds - 0.1) * SAMPLE_RATE:
        yield (
            False,
            f"{clip.audio}: {len(sound) / SAMPLE_RATE:.1f} s of sound, {seconds} s of frames",
        )
    if not sound.any():
        yield False, f"{clip.audio}: is digital silence"
