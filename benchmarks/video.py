"""How long a second of video takes, where the time goes, and what frames may share.

    python benchmarks/video.py [--networks small swin_b] [--seconds 4] [--repeats 2] [--json FILE]

"small" is the network of configs/mini/avsc.py, whose candidates are as many as its queries find;
"swin_b" is Swin-B and BEATs of configs/avs_avsc.py, on a single second and once. Weights are
random; ``--model WORK_DIR`` is a trained network in their place. The video is drawn: 336 x 336
pixels, 12 frames a second. Three ways by turns: every frame with a second of sound of its own, as
``avs_mm.apis.segment_video`` and ``audio_every=None``; every frame with the sound scored once a
second, as ``avs-mm segment``; and a frame every 0.2 s whose masks the frames between carry,
``--every 0.2 --carry``. All are painted and written. Seconds are the processor's, which other
programs do not lengthen.

``--against FOLDER`` measures another checkout's ``segment_video`` too, with its own configs and on
the same video: ``git worktree add FOLDER COMMIT`` makes one.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from figures import write_figures
from mmengine.config import Config
from mmengine.registry import init_default_scope

from avs_mm.apis import AVSInferencer
from avs_mm.experiments.demo.scenes import FPS, draw_scene
from avs_mm.exports.painted_video import paint_frame
from avs_mm.media import write_video
from avs_mm.mini import CATEGORIES
from avs_mm.registry import MODELS
from avs_mm.shipped import configs_dir

WAYS: dict[str, dict[str, Any]] = {
    "every frame, its own second of sound": {"audio_every": None},
    "every frame, sound once a second": {},
    "a frame every 0.2 s, carried": {"every": 0.2, "carry": True},
}
PARTS = {  # what is timed, where it is called
    "decoding": "avs_mm.apis.inferencer.read_video_frames",
    "stage 1": "avs_mm.apis.inferencer.AVSInferencer.find_candidates",
    "audio encoder": "avs_mm.apis.inferencer.AVSInferencer.encode_sounds",
    "tracker": "avs_mm.tracking.Tracker.update",
    "masks as RLE": "avs_mm.apis.encoded_frames.encode_rle",
    "overlaps": "avs_mm.apis.encoded_frames.mask_overlaps",
}
CONFIGS = {"small": "mini/avsc.py", "swin_b": "avs_avsc.py"}
GOAL = 3.0  # times as fast as every frame with a second of its own, and as the other checkout
# Of another checkout, which may be an old one: it knows these names and has this config.
SEGMENT_ELSEWHERE = """
import pathlib, sys, time, avs_mm, torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from avs_mm.apis import AVSInferencer, segment_video
from avs_mm.registry import MODELS
name, checkpoint, video, out, repeats = sys.argv[1:]
torch.set_num_threads(1)
torch.manual_seed(0)
init_default_scope("mmseg")
config = Config.fromfile(pathlib.Path("configs") / name)
if name.startswith("mini"):
    config.model.segmentor.update(score_threshold=0.0, quality_threshold=0.0)
meta = torch.load(checkpoint, weights_only=False)["meta"]
state_dict = MODELS.build(config.model).state_dict()
torch.save({"state_dict": state_dict, "meta": meta}, checkpoint)
inferencer = AVSInferencer(config, checkpoint, device="cpu")
seconds = []
for _ in range(int(repeats)):
    start = time.process_time()
    segment_video(inferencer, video, out, progress=False)
    seconds.append(time.process_time() - start)
print(avs_mm.__file__, min(seconds))
"""


def random_network(name: str, folder: Path) -> AVSInferencer:
    """Build a network with random weights; its checkpoint stays in the folder."""
    init_default_scope("mmseg")
    torch.manual_seed(0)
    config = Config.fromfile(configs_dir() / CONFIGS[name])
    if name == "small":
        config.model.segmentor.update(score_threshold=0.0, quality_threshold=0.0)
    model = MODELS.build(config.model)
    number = model.num_classes
    classes = CATEGORIES if number == len(CATEGORIES) else [f"thing {i}" for i in range(number)]
    meta = {"classes": classes, "palette": [[10 * index, 90, 160] for index in range(number)]}
    checkpoint = {"state_dict": model.state_dict(), "meta": {"dataset_meta": meta}}
    torch.save(checkpoint, folder / f"{name}.pth")
    return AVSInferencer(config, folder / f"{name}.pth", device="cpu")


def segment_elsewhere(checkout: Path, name: str, folder: Path, *, repeats: int) -> float:
    """Return the seconds of the processor that another checkout takes for the drawn video."""
    paths = [str(folder / file) for file in (f"{name}.pth", "drawn.mp4", "old.mp4")]
    arguments = [CONFIGS[name], *paths, str(repeats)]
    environment = {**os.environ, "PYTHONPATH": str(checkout.resolve())}
    ended = subprocess.run(
        [sys.executable, "-c", SEGMENT_ELSEWHERE, *arguments],
        env=environment,
        cwd=checkout,  # which python looks through before PYTHONPATH
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise SystemExit(f"{checkout}: cannot segment a video: {ended.stderr.strip()[-500:]}")
    *_, module, seconds = ended.stdout.split()
    if not Path(module).resolve().is_relative_to(checkout.resolve()):
        raise SystemExit(f"{checkout}: holds no avs_mm; {module} was found in its place")
    return float(seconds)


class Clock:
    """Adds up the processor's seconds of calls, by name."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            start = time.process_time()
            answer = function(*args, **kwargs)
            self.seconds[name] += time.process_time() - start
            return self.each(name, answer) if isinstance(answer, Iterator) else answer

        return call

    def each(self, name: str, items: Iterator[Any]) -> Iterator[Any]:
        while True:
            start = time.process_time()
            item = next(items, None)
            self.seconds[name] += time.process_time() - start
            if item is None:
                return
            yield item


@contextmanager
def timing(clock: Clock) -> Iterator[None]:
    with ExitStack() as stack:
        for name, path in PARTS.items():
            patcher = patch(path)
            original, _ = patcher.get_original()
            stack.enter_context(patch(path, clock.timed(name, original)))
        yield


def segment(inferencer: AVSInferencer, video: Path, out: Path, **options: Any) -> Clock:
    clock = Clock()
    with timing(clock):
        start = time.process_time()
        paint = clock.timed("painting", paint_frame)
        painted = (paint(frame) for frame in inferencer.stream(video, **options))
        write_video(out, painted, fps=FPS, audio=np.zeros(16_000, np.float32))
        total = time.process_time() - start
    clock.seconds["encoding and the rest"] = total - sum(clock.seconds.values())
    return clock


def seconds_of_ways(
    inferencer: AVSInferencer, folder: Path, *, seconds: int, repeats: int
) -> dict[str, Counter[str]]:
    """Draw a video and segment it in every way, by turns; return the parts of the fastest runs."""
    things = ["bell", "bird", "drum"]
    frames, sound = draw_scene(np.random.default_rng(0), things, [["bell"]] * seconds)
    write_video(folder / "drawn.mp4", frames, fps=FPS, audio=sound)
    segment(inferencer, folder / "drawn.mp4", folder / "out.mp4", every=1.0)  # a first call
    found: dict[str, list[Clock]] = {way: [] for way in WAYS}
    for _ in range(repeats):
        for way, options in WAYS.items():
            found[way].append(
                segment(inferencer, folder / "drawn.mp4", folder / "out.mp4", **options)
            )
    return {
        way: min(clocks, key=lambda clock: clock.seconds.total()).seconds
        for way, clocks in found.items()
    }


def print_parts(best: dict[str, Counter[str]], *, seconds: int) -> None:
    print(f"{'':24}" + "".join(f"{f'({number})':>10}" for number in range(1, len(best) + 1)))
    for name in [*PARTS, "painting", "encoding and the rest"]:
        columns = [parts[name] / seconds for parts in best.values()]
        print(f"{name:24}" + "".join(f"{column:10.3f}" for column in columns))
    print(f"{'all':24}" + "".join(f"{parts.total() / seconds:10.3f}" for parts in best.values()))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=CONFIGS, default=["small", "swin_b"])
    parser.add_argument("--model", help="a work dir of stage 2, in the place of the networks")
    parser.add_argument("--against", type=Path, help="another checkout of the repository")
    parser.add_argument("--seconds", type=int, default=4, help="of video, but for swin_b")
    parser.add_argument("--repeats", type=int, default=2, help="but for swin_b")
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()
    if args.model and args.against:
        parser.error("--against compares networks with random weights: leave out --model")

    rows: list[dict[str, Any]] = []
    for name in [args.model] if args.model else args.networks:
        seconds, repeats = (1, 1) if name == "swin_b" else (args.seconds, args.repeats)
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            inferencer = AVSInferencer(name) if args.model else random_network(name, folder)
            best = seconds_of_ways(inferencer, folder, seconds=seconds, repeats=repeats)
            before = (
                segment_elsewhere(args.against, name, folder, repeats=repeats)
                if args.against
                else None
            )
        print(f"{name}: seconds of the processor for a second of video")
        print_parts(best, seconds=seconds)
        first = next(iter(best))
        for number, way in enumerate(best, start=1):
            ratio = best[first].total() / best[way].total()
            print(f"({number}) {way}: {ratio:.2f} times (1)")
            if way != first:
                rows.append({"what": f"video, {name}, {way}", "speed-up": ratio})
        rows[-1]["goal"] = GOAL
        if before is not None:
            print(f"{args.against}: {before / seconds:.3f}")
            for number, (way, parts) in enumerate(best.items(), start=1):
                ratio = before / parts.total()
                print(f"({number}) {ratio:.2f} times as fast as {args.against}")
                rows.append({"what": f"{name}, {way}, beside {args.against}", "speed-up": ratio})
            rows[-1]["goal"] = GOAL
    write_figures(args.json, "Video", rows)


if __name__ == "__main__":
    main()
