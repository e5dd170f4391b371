"""``avs-mm segment``: mark what sounds in videos."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from avs_mm.cli.faults import fail, one_sentence, say, tell
from avs_mm.cli.inputs import find_videos, load_model, sound_to_use
from avs_mm.cli.outputs import KINDS, Outputs, Summary, check_names

if TYPE_CHECKING:
    from avs_mm.apis import AVSInferencer, Frame
    from avs_mm.apis.encoded_frames import Carry

__all__ = ["segment"]


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
    flow: Annotated[
        bool, typer.Option("--flow", help="As --carry, but let these masks follow their objects.")
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

    Example: avs-mm segment dog.mp4 -o rain.mp4 --mix rain.wav:0.5 --every 0.2 --flow
    """
    with one_sentence():
        if every is None and (carry or flow):
            raise ValueError("without --every there are no frames between; give it beside --carry")
        outputs = [Outputs.of(path, out, save) for path in find_videos(videos)]
        check_names(outputs, out)
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
                carry="flow" if flow else carry,
                hysteresis=hysteresis,
                quiet=quiet,
            )
        except (OSError, ValueError) as error:
            tell(error)
            faults += 1
        else:
            say(summary, quiet=quiet)
    if faults:
        if len(outputs) > 1:
            fail(f"{faults} of {len(outputs)} videos could not be segmented")
        raise typer.Exit(1)


def _segment_one(
    inferencer: "AVSInferencer",
    wanted: Outputs,
    *,
    audio: Path | None,
    mute: bool,
    mix: list[str],
    every: float | None,
    carry: "Carry",
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
    from avs_mm.media import SAMPLE_RATE

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
                length = round(info.duration * SAMPLE_RATE)
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
