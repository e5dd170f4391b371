"""Where a video's results go, and what is said of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from avs_mm.apis import Frame

__all__ = ["KINDS", "Outputs", "Summary", "check_names"]

KINDS = ("video", "json", "masks", "alpha", "csv")
SUFFIXES = {".mp4": "video", ".mov": "video", ".mkv": "video", ".json": "json", ".csv": "csv"}


@dataclass(frozen=True)
class Outputs:
    """Where the results of a video go: its folder, their common name, and which are wanted."""

    video: Path
    folder: Path
    name: str
    kinds: tuple[str, ...]
    painted: Path = field(default=Path())

    @classmethod
    def of(cls, video: Path, out: Path, save: str) -> "Outputs":
        """Read ``--out`` and ``--save``.

        Raises:
            ValueError: There is no such kind, or the file's suffix says another.
        """
        kinds = tuple(kind.strip() for kind in save.split(",") if kind.strip())
        if unknown := sorted(set(kinds) - set(KINDS)):
            raise ValueError(f"--save {', '.join(unknown)}: not one of {', '.join(KINDS)}")
        suffix = out.suffix.lower()
        is_file = suffix in SUFFIXES and not out.is_dir()
        if suffix and not is_file and not out.is_dir() and not kinds:
            raise ValueError(
                f"{out}: cannot write this kind of file; end it in {', '.join(SUFFIXES)}, or give "
                "a folder"
            )
        kinds = kinds or (SUFFIXES[suffix] if is_file else "video",)
        if is_file:
            painted = out if SUFFIXES[suffix] == "video" else out.with_suffix(".mp4")
            return cls(video, out.parent, out.stem, kinds, painted)
        return cls(video, out, video.stem, kinds, out / f"{video.stem}.mp4")

    def path(self, kind: str) -> Path:
        """Return the file or folder of a kind."""
        names = {"json": f"{self.name}.json", "csv": f"{self.name}.csv"}
        if kind == "video":
            return self.painted
        return self.folder / names.get(kind, f"{self.name}_{kind}")


def check_names(outputs: list[Outputs], out: Path) -> None:
    """Refuse results that would be written over each other, or over a video, with a ValueError."""
    names = [(wanted.folder, wanted.name) for wanted in outputs]
    if len(set(names)) < len(names):
        raise ValueError(
            f"{out}: two videos would be written under one name; give a folder, and videos of "
            "different names"
        )
    for wanted in outputs:
        for kind in wanted.kinds:
            path = wanted.path(kind)
            if path.exists() and path.samefile(wanted.video):
                raise ValueError(f"{path}: is the video itself; choose another -o")


class Summary:
    """Counts in how many frames each object sounds."""

    def __init__(self) -> None:
        self.number = 0
        self.sounding: dict[tuple[str, int], int] = {}

    def of(self, frames: Iterable["Frame"]) -> Iterator["Frame"]:
        """Count frames as they pass."""
        for frame in frames:
            self.number += 1
            for found in frame.sounding:
                key = found.category, found.id
                self.sounding[key] = self.sounding.get(key, 0) + 1
            yield frame

    def sentence(self, seconds: float) -> str:
        """Say what sounds for how long, ``seconds`` a frame."""
        ranked = sorted(self.sounding.items(), key=lambda item: -item[1])
        named = [f"{name} {track} for {count * seconds:.1f} s" for (name, track), count in ranked]
        more = f" and {len(named) - 5} more" if len(named) > 5 else ""
        return f"{self.number} frames, sounding: {', '.join(named[:5]) or 'nothing'}{more}"
