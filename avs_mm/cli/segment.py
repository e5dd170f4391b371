"""``avs-mm segment``: mark what sounds in videos."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from avs_mm.cli.faults import fail, one_sentence, say
from avs_mm.cli.inputs import find_videos, load_model, sound_to_use

if TYPE_CHECKING:
    from avs_mm.apis import AVSInferencer, Frame

__all__ = ["KINDS", "Outputs", "segment"]

KINDS = ("video", "json", "masks", "alpha", "csv")
SUFFIXES = {".mp4": "video", ".mov": "video", ".mkv": "video", ".json": "json", ".csv": "csv"}


def segment(
    videos: Annotated[list[str], typer.Argument(help="Files, folders or patterns.")],
    out: Annotated[
        Path,
        typer.Option("-o", "--out", help="A folder, or for one video a .mp4, .json or .csv."),
    ],
    model: Annotated[
        str, typer.Option(help="zero-shot, a work dir, or CONFIG+CHECKPOINT.")
    ] = "zero-shot",
    audio: Annotated[Path | None, typer.Option(help="Judge by this sound instead.")] = None,
    mute: Annotated[bool, typer.Option("--mute", help="Judge by silence instead.")] = False,
    mix: Annotated[
        list[str] | None,
        typer.Option(help="FILE:GAIN, a sound to add, times a factor; more than once if wanted."),
    ] = None,
    save: Annotated[str, typer.Option(help=f"Some of {','.join(KINDS)}; default: by --out.")] = "",
    every: Annotated[
        float | None, typer.Option(help="Seconds from one segmented frame to the next.")
    ] = None,
    carry: Annotated[
        bool,
        typer.Option("--carry", help="Keep the frames between, with the nearest one's masks."),
    ] = False,
    hysteresis: Annotated[
        float, typer.Option(help="Margin of the audio score by which a decision holds.")
    ] = 0.0,
    device: Annotated[str | None, typer.Option(help="cpu, cuda:0, ...")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing but faults.")] = False,
) -> None:
    """Mark what sounds in videos.

    Example: avs-mm segment dog.mp4 -o sounding.mp4

    Example: avs-mm segment clips/ -o results --model work_dirs/avs_avsc --save video,json,csv

    Example: avs-mm segment dog.mp4 -o rain.mp4 --mix rain.wav:0.5 --every 0.2 --carry
    """
    with one_sentence():
        outputs = [Outputs.of(path, out, save) for path in find_videos(videos)]
        _check_names(outputs, out)
        inferencer = load_model(model, device=device)
        if not inferencer.uses_sound and (audio or mute or mix):
            raise ValueError(f"{model} uses no sound, so no other can be given; take stage 2")
    faults = 0
    for wanted in outputs:
        try:
            summary = _segment_one(
                inferencer,
                wanted,
                audio=audio,
                mute=mute,
                mix=mix or [],
                every=every,
                carry=carry,
                hysteresis=hysteresis,
                quiet=quiet,
            )
        except (OSError, ValueError) as error:
            typer.echo(f"avs-mm: {error}", err=True)
            faults += 1
        else:
            say(summary, quiet=quiet)
    if faults:
        if len(outputs) > 1:
            fail(f"{faults} of {len(outputs)} videos could not be segmented")
        raise typer.Exit(1)


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


def _check_names(outputs: list[Outputs], out: Path) -> None:
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


def _segment_one(
    inferencer: "AVSInferencer",
    wanted: Outputs,
    *,
    audio: Path | None,
    mute: bool,
    mix: list[str],
    every: float | None,
    carry: bool,
    hysteresis: float,
    quiet: bool,
) -> str:
    from rich.console import Console
    from rich.progress import track

    from avs_mm.media import probe_video

    info = probe_video(wanted.video)
    sound = None
    if inferencer.uses_sound:
        sound = sound_to_use(
            wanted.video, audio=audio, mute=mute, mix=mix, has_audio=info.has_audio
        )
    fps = info.fps if every is None or carry else min(info.fps, 1 / every)
    frames = inferencer.stream(wanted.video, sound, every=every, carry=carry, hysteresis=hysteresis)
    shown = track(
        frames,
        wanted.video.name,
        total=max(1, round(info.duration * fps)),
        console=Console(stderr=True),
        disable=quiet,
    )
    counted = Summary()
    _write(inferencer, wanted, counted.of(shown), fps=fps, sound=sound, info=info)
    written = ", ".join(str(wanted.path(kind)) for kind in wanted.kinds)
    return f"{wanted.video}: {counted.sentence(1 / fps)}. Written: {written}"


def _write(
    inferencer: "AVSInferencer",
    wanted: Outputs,
    frames: Iterable["Frame"],
    *,
    fps: float,
    sound: Any,
    info: Any,
) -> None:
    from avs_mm import exports
    from avs_mm.apis.frame_times import at_constant_rate
    from avs_mm.apis.video_sound import sound_chunks

    sinks: dict[str, Any] = {}
    if "json" in wanted.kinds:
        sinks["json"] = exports.YouTubeVis(
            wanted.path("json"), video=wanted.video.name, categories=inferencer.classes
        )
    if "csv" in wanted.kinds:
        sinks["csv"] = exports.CsvTable(wanted.path("csv"))
    if "masks" in wanted.kinds:
        sinks["masks"] = exports.MaskImages(wanted.path("masks"))
    alpha = exports.AlphaVideos(wanted.path("alpha"), fps=fps) if "alpha" in wanted.kinds else None

    with ExitStack() as stack:
        for sink in [*sinks.values(), *([alpha] if alpha else [])]:
            stack.enter_context(sink)
        saved = _through(frames, list(sinks.values()))
        if alpha is not None:
            timed = at_constant_rate(((frame.time, frame) for frame in saved), fps=fps)
            saved = _through((frame for _, frame in timed), [alpha])
        if "video" in wanted.kinds:
            painted_sound = None
            if inferencer.uses_sound:
                chunks = [*sound_chunks(wanted.video, info, sound)]
                heard = np.concatenate([np.zeros(0, np.float32), *chunks])
                length = round(info.duration * 16_000)
                painted_sound = np.pad(heard, (0, max(0, length - len(heard))))
            exports.write_painted_video(wanted.painted, saved, fps=fps, sound=painted_sound)
        else:
            for _ in saved:
                pass


def _through(frames: Iterable["Frame"], sinks: list[Any]) -> Iterator["Frame"]:
    for frame in frames:
        for sink in sinks:
            sink.add(frame)
        yield frame


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
