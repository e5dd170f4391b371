"""How long a second of video takes, where the time goes, and what frames may share.

    python benchmarks/video.py [--model WORK_DIR] [--seconds 4] [--repeats 2] [--json FILE]

Without a model: the small network of configs/mini/avsc.py with random weights, whose candidates are
as many as its queries find. The video is drawn: 336 x 336 pixels, 12 frames a second. Three ways by
turns: every frame with a second of sound of its own, as ``avs_mm.apis.segment_video`` and
``audio_every=None``; every frame with the sound scored once a second, as ``avs-mm segment``; and a
frame every 0.2 s whose masks the frames between carry, ``--every 0.2 --carry``. All are painted and
written. Seconds are the processor's, which other programs do not lengthen.
"""

import argparse
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


def small_network(folder: Path) -> AVSInferencer:
    init_default_scope("mmseg")
    torch.manual_seed(0)
    config = Config.fromfile(configs_dir() / "mini" / "avsc.py")
    config.model.segmentor.update(score_threshold=0.0, quality_threshold=0.0)
    meta = {"classes": CATEGORIES, "palette": [[40 * index, 90, 160] for index in range(6)]}
    checkpoint = {"state_dict": MODELS.build(config.model).state_dict()}
    torch.save({**checkpoint, "meta": {"dataset_meta": meta}}, folder / "random.pth")
    return AVSInferencer(config, folder / "random.pth", device="cpu")


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", help="a work dir of stage 2")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--json", type=Path, help="file for the figures")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        inferencer = AVSInferencer(args.model) if args.model else small_network(folder)
        things = ["bell", "bird", "drum"]
        frames, sound = draw_scene(np.random.default_rng(0), things, [["bell"]] * args.seconds)
        write_video(folder / "drawn.mp4", frames, fps=FPS, audio=sound)
        segment(inferencer, folder / "drawn.mp4", folder / "out.mp4", every=1.0)  # a first call
        found: dict[str, list[Clock]] = {way: [] for way in WAYS}
        for _ in range(args.repeats):
            for way, options in WAYS.items():
                clock = segment(inferencer, folder / "drawn.mp4", folder / "out.mp4", **options)
                found[way].append(clock)

    best = {
        way: min(clocks, key=lambda clock: clock.seconds.total()).seconds
        for way, clocks in found.items()
    }
    names = [*PARTS, "painting", "encoding and the rest"]
    print("seconds of the processor for a second of video")
    print(f"{'':24}" + "".join(f"{f'({number})':>10}" for number in range(1, len(best) + 1)))
    for name in names:
        columns = [seconds[name] / args.seconds for seconds in best.values()]
        print(f"{name:24}" + "".join(f"{column:10.3f}" for column in columns))
    totals = {way: seconds.total() / args.seconds for way, seconds in best.items()}
    print(f"{'all':24}" + "".join(f"{total:10.3f}" for total in totals.values()))
    first, *others = totals
    rows = []
    for number, way in enumerate(totals, start=1):
        print(f"({number}) {way}: {totals[first] / totals[way]:.2f} times (1)")
    for way in others:
        rows.append({"what": f"video, {way}", "speed-up": totals[first] / totals[way]})
    rows[-1]["goal"] = 3.0
    write_figures(args.json, "Video", rows)


if __name__ == "__main__":
    main()
